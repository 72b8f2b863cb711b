import { ToolError } from "../../../shared/errors.ts";
import type { Diff } from "../../../shared/edit/unified-diff.ts";
import { decodeText } from "../../../shared/workspace/text-file-format.ts";
import { openText } from "../../../shared/workspace/text-file.ts";
import type { GitContext } from "../deps.ts";
import { plainName } from "../text/foreign.ts";

/** A larger file is compared by nobody who wants to read the difference. */
const MOST_BYTES = 8 * 1024 * 1024;
const FIRST_LINE = 300;

/** How two texts are compared; what speaks of a repository has no meaning for them. */
export interface Comparing {
  readonly context?: number | undefined;
  readonly stat: boolean;
  readonly budget: number;
  readonly from?: unknown;
  readonly to?: unknown;
  readonly paths?: unknown;
  readonly texts?: unknown;
  readonly staged?: boolean;
  readonly mergeBase?: boolean;
  readonly words?: boolean;
}

interface Side {
  readonly name: string;
  readonly size: number;
  /** Undefined for what is no text. */
  readonly text: string | undefined;
  readonly encoding: string;
  readonly bytes: Buffer;
}

/** Two files below the roots, in a repository or not. Throws `too_large` beyond 8 MiB. */
export async function compareFiles(
  [from = "", to = ""]: readonly string[],
  comparing: Comparing,
  context: GitContext,
): Promise<string> {
  refuseOthers(comparing, "files");
  const sides = [await readSide(from, context), await readSide(to, context)] as const;
  const [old, now] = sides;
  const title = `${old.name} against ${now.name}`;
  if (old.bytes.equals(now.bytes)) return `[${title}: the same ${old.size} bytes]`;
  if (old.text === undefined || now.text === undefined)
    return `[${title}: they differ; binary, ${old.size} and ${now.size} bytes]`;
  if (old.text === now.text)
    return `[${title}: the same text, in other bytes: ${old.encoding} and ${now.encoding}]`;
  const texts = { oldText: old.text, newText: now.text, from: `a/${old.name}`, to: `b/${now.name}` };
  return await compared(texts, { title, ...comparing }, context);
}

/** Two texts of the call itself. */
export async function compareTexts(
  [oldText = "", newText = ""]: readonly string[],
  comparing: Comparing,
  context: GitContext,
): Promise<string> {
  refuseOthers(comparing, "texts");
  const title = "the first text against the second";
  if (oldText === newText) return `[${title}: the same]`;
  return await compared({ oldText, newText, from: "a", to: "b" }, { title, ...comparing }, context);
}

async function compared(
  texts: { readonly oldText: string; readonly newText: string; readonly from: string; readonly to: string },
  { title, budget, stat, context: around }: Comparing & { readonly title: string },
  { differ, signal }: GitContext,
): Promise<string> {
  const lines = around === undefined ? {} : { context: around };
  const maxChars = Math.max(0, budget - FIRST_LINE - title.length);
  const diff = await differ.diff({ ...texts, ...lines, maxChars }, signal);
  const counts = `${title}: +${diff.added} -${diff.removed}`;
  if (stat) return `[${counts}]`;
  return isCut(diff)
    ? `[partial: ${counts}; a larger budget shows more]\n${diff.text}`
    : `[${counts}]\n${diff.text}`;
}

function isCut({ text }: Diff): boolean {
  return (
    text.endsWith("left out\n") && text.slice(text.lastIndexOf("\n", text.length - 2) + 1).startsWith("...")
  );
}

async function readSide(path: string, { workspace, access }: GitContext): Promise<Side> {
  const place = workspace.locate(path);
  await using file = await workspace.openFile(place, access);
  const { size } = file.stat;
  const name = plainName(place.shown);
  if (size > MOST_BYTES)
    throw new ToolError("too_large", `${name} has ${size} bytes, at most ${MOST_BYTES} are compared`);
  const { format } = await openText(file);
  const bytes = await file.read(0, size);
  return {
    name,
    size,
    bytes,
    text: format === undefined ? undefined : decodeText(bytes.subarray(format.bom), format.encoding),
    encoding: format === undefined ? "binary" : `${format.encoding}${format.bom > 0 ? " with BOM" : ""}`,
  };
}

function refuseOthers(comparing: Comparing, what: string): void {
  const { from, to, paths, texts, staged, mergeBase, words } = comparing;
  const isOther = [from, to, paths, texts].some((value) => value !== undefined);
  if (!isOther && staged !== true && mergeBase !== true && words !== true) return;
  throw new ToolError("invalid_input", `${what} is compared by itself`, {
    hint: "Only context, stat and budget go with it; everything else is about a repository.",
  });
}
