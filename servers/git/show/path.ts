import { ToolError } from "../../../shared/errors.ts";
import { placeInRepository } from "../../../shared/git/paths.ts";
import type { Repository } from "../../../shared/git/repository.ts";
import { DEFAULT_BUDGET } from "../../../shared/limits.ts";
import { detectFormat, HEAD_BYTES } from "../../../shared/workspace/text-file-format.ts";
import { detectKind } from "../../../shared/workspace/text-file-kind.ts";
import { readPage, type TextPage } from "../../../shared/workspace/text-file-page.ts";
import { scanText, type TextFacts, type TextFile } from "../../../shared/workspace/text-file.ts";
import { commitSpec } from "./commit-spec.ts";
import type { GitContext } from "../deps.ts";
import type { AtRevision } from "../engine/shapes.ts";
import { oneLine, plainName, shownPath } from "../text/foreign.ts";
import { openRepository } from "../open.ts";
import { namesText } from "./revision.ts";
import { counted } from "../../../shared/listed.ts";

const FIRST_LINE = 400;
const LINK = "120000";

export interface PathAsk {
  readonly repo?: string | undefined;
  readonly ref: string;
  readonly path: string;
  readonly startLine?: number | undefined;
  readonly endLine?: number | undefined;
}

/** A file at a revision by lines, as read_file shows one, or a directory's names. Throws `denied` for secrets. */
export async function showPath(asked: PathAsk, context: GitContext): Promise<string> {
  const { found, repository, path } = await atRevision(asked, context);
  const title = `${path === "" ? "." : shownPath(repository, path)} at ${oneLine(asked.ref, 80)}`;
  if (found.kind === "directory") return namesText(title, found.names);
  if (found.kind === "submodule") return `[${title}: submodule at commit ${found.hash}, not entered]`;
  if (found.mode === LINK) return `[${title}: symbolic link to ${plainName(found.bytes.toString("utf8"))}]`;
  return await linesText(found, { title, ...asked }, context.signal);
}

export interface Found {
  readonly found: AtRevision;
  readonly repository: Repository;
  /** As the repository calls it. */
  readonly path: string;
}

/** What is at a path of a commit, when it may be shown. */
export async function atRevision({ repo, ref, path }: PathAsk, context: GitContext): Promise<Found> {
  const { repository, refs, paths } = await openRepository({ repo, paths: [path] }, context);
  const [inside = ""] = paths;
  // by its spelling: what lies there now may be something else
  context.access.permit(placeInRepository(repository, inside), "read");
  const spec = commitSpec(await refs.resolve(ref));
  const engine = await context.engines.pick();
  return { repository, path: inside, found: await engine.at(repository, spec, inside, context.signal) };
}

/** Bytes as the workspace reads an open file. */
export function textOf(bytes: Buffer): TextFile {
  const head = bytes.subarray(0, HEAD_BYTES);
  return {
    size: bytes.length,
    head,
    held: bytes,
    format: detectFormat(head, head.length === bytes.length),
    read: (position, length) => Promise.resolve(bytes.subarray(position, position + length)),
  };
}

interface Lines {
  readonly title: string;
  readonly startLine?: number | undefined;
  readonly endLine?: number | undefined;
}

async function linesText(
  { bytes, mode }: { readonly bytes: Buffer; readonly mode: string },
  { title, startLine: line = 1, endLine = Infinity }: Lines,
  signal: AbortSignal,
): Promise<string> {
  const text = textOf(bytes);
  const { format } = text;
  if (format === undefined) {
    const kind = detectKind(text.head)?.name ?? "unknown kind";
    return `[${title}: binary, ${kind}, ${bytes.length} bytes]`;
  }
  if (endLine < line) throw new ToolError("invalid_input", `endLine ${endLine} is before startLine ${line}`);
  if (bytes.length === 0) return `[${title}: empty file]`;
  const facts = await scanText({ ...text, format }, { line, signal });
  if (facts.start === undefined)
    throw new ToolError("invalid_input", `startLine ${line} is behind the end of the file`, {
      hint: `It has ${facts.lines} lines at that revision.`,
    });
  const page = await readPage(text, {
    format: facts.format,
    position: facts.start,
    room: DEFAULT_BUDGET - FIRST_LINE - title.length,
    lines: endLine - line + 1,
  });
  const mark = mode === "100755" ? ["executable"] : [];
  return `${firstLine({ title, line, endLine, size: bytes.length, mark }, page, facts)}\n${page.text}`;
}

interface Asked {
  readonly title: string;
  readonly line: number;
  readonly endLine: number;
  readonly size: number;
  readonly mark: readonly string[];
}

function firstLine(asked: Asked, page: TextPage, facts: TextFacts): string {
  const { title, line, endLine, size, mark } = asked;
  const last = Math.max(line, line + page.ends - (page.text.endsWith("\n") ? 1 : 0));
  const isEnd = page.end >= size;
  const range =
    line === 1 && isEnd
      ? `whole file, ${counted(last, "line")}, ${size} bytes`
      : `${line === last ? `line ${line}` : `lines ${line}-${last}`} of ${facts.lines ?? "many"}`;
  const said = [range, ...encodingOf(page, facts), ...endingsOf(facts), ...mark].join(", ");
  if (isEnd || (last >= endLine && !page.inLine)) return `[${title}: ${said}]`;
  const cut = page.inLine ? `line ${last} is cut; ` : "";
  return `[partial: ${title}: ${said}; ${cut}go on with startLine ${last + 1}]`;
}

function encodingOf({ encoding }: TextPage, { format }: TextFacts): string[] {
  if (encoding !== "utf-8") return [encoding];
  return format.bom > 0 ? ["UTF-8 with BOM"] : [];
}

function endingsOf({ endings }: TextFacts): string[] {
  if (endings === "CRLF") return ["line ends CRLF"];
  return endings === "mixed" ? ["line ends mixed, CRLF and LF"] : [];
}
