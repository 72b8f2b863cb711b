import type { SearchContext } from "../deps.ts";
import { upToDate } from "../graph/asking.ts";
import { ToolError } from "../../../shared/errors.ts";
import { languageOf } from "../parse/language-of.ts";
import type { Definition } from "../parse/shapes.ts";
import { sourceText } from "../source-text.ts";
import type { SkipReason } from "../store/shapes.ts";
import { cutText } from "../graph/references-text.ts";
import type { OutlineRow, Spot } from "./outline-answer.ts";
import { linesOf } from "./lines-of.ts";
import { docLine } from "./symbols-text.ts";

/** Parsing more would hold up everybody else. */
const MOST_CHARS = 100_000;
/** As many characters of a text tell its language. */
const HEAD_CHARS = 2_000;

export interface FileOutline {
  readonly kind: "file";
  readonly language: string;
  readonly lines: number;
  readonly definitions: number;
  /** What stands in the first line too: why it is not in the index, what the parser could not read. */
  readonly notes: readonly string[];
  readonly rows: readonly OutlineRow[];
}

const WHY: Readonly<Record<SkipReason, string>> = {
  binary: "it is no text",
  too_large: "it is too large",
  minified: "it is minified",
  secret: "it holds secrets",
  unreadable: "it cannot be read",
  no_text: "it is no text",
};

/** What a file defines, nested; parsed on the spot when it is not in the index. */
export async function outlineFile(
  spot: Spot,
  depth: number | undefined,
  context: SearchContext,
): Promise<FileOutline> {
  const { view, relative } = spot;
  context.access.permit({ root: view.root.path, relative }, "read");
  await view.freshen([relative]);
  const { file, definitions } = await upToDate(
    view,
    (lookups) => {
      const row = lookups.file(relative);
      return { file: row, definitions: row === undefined ? [] : lookups.definitionsIn(row.id) };
    },
    () => [],
  );
  if (file === undefined || file.skipped !== undefined)
    return await onTheSpot(spot, { depth, why: file?.skipped }, context);
  const depths = new Map<number, number>();
  const nested = definitions.map((each) => {
    const level = each.parent === undefined ? 0 : (depths.get(each.parent) ?? 0) + 1;
    depths.set(each.id, level);
    return { ...each, level };
  });
  return {
    kind: "file",
    language: file.language,
    lines: file.lines,
    definitions: definitions.length,
    notes: notesOf(file, definitions.length),
    rows: rowsOf(nested, depth),
  };
}

type Nested = Omit<Definition, "parent"> & { readonly level: number };

interface Unknown {
  readonly depth: number | undefined;
  readonly why: SkipReason | undefined;
}

async function onTheSpot(
  { view, relative, shown }: Spot,
  { depth, why }: Unknown,
  context: SearchContext,
): Promise<FileOutline> {
  const reason = why === undefined ? "not in the index" : `not in the index: ${WHY[why]}`;
  if (why === "binary" || why === "secret" || why === "no_text")
    throw new ToolError("invalid_input", `${shown} is ${reason}`, { hint: "It has no outline." });
  const text = await sourceText(view.root.locate(relative), context);
  if (text.length > MOST_CHARS)
    throw new ToolError("too_large", `${shown} is ${reason}, and too large to be parsed now`, {
      hint: "search_text finds lines in it, read_file shows them.",
    });
  // loaded with its first use: most files are in the index
  const { FileParser } = await import("../parse/parse-file.ts");
  const parsed = await new FileParser().parse({
    text,
    language: languageOf(relative, text.slice(0, HEAD_CHARS)),
  });
  const levels: number[] = [];
  const nested = parsed.definitions.map((each) => {
    const level = each.parent < 0 ? 0 : (levels[each.parent] ?? 0) + 1;
    levels.push(level);
    return { ...each, level };
  });
  const { language, lines, definitions } = parsed;
  return {
    kind: "file",
    language,
    lines,
    definitions: definitions.length,
    notes: [`${reason}, parsed now`, ...notesOf(parsed, definitions.length)],
    rows: rowsOf(nested, depth),
  };
}

function notesOf(
  { cut, errors, language }: { readonly cut: string; readonly errors: number; readonly language: string },
  definitions: number,
): string[] {
  return [
    ...(errors > 0 ? [`${errors} parts could not be parsed`] : []),
    ...(definitions === 0 && (cut === "lines" || cut === "broken")
      ? [`no parser for ${language}: read_file shows it`]
      : []),
  ];
}

function rowsOf(nested: readonly Nested[], depth = 100): OutlineRow[] {
  return nested
    .filter(({ level }) => level < depth)
    .map((each) => {
      const { level, name, kind, signature, doc } = each;
      const what = signature.includes(name) ? cutText(signature, 200) : `${kind} ${cutText(name)}`;
      const said = docLine(doc);
      return { indent: level, text: `${linesOf(each)} ${what}${said === "" ? "" : ` // ${said}`}` };
    });
}
