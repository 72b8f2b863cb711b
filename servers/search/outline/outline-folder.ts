import { counted } from "../../../shared/listed.ts";
import type { SearchContext } from "../deps.ts";
import { readableIn, upToDate } from "../graph/asking.ts";
import type { Lookups } from "../graph/lookups.ts";
import { compare } from "../graph/uses-of.ts";
import type { DefinitionRow, FileRow } from "../store/shapes.ts";
import type { OutlineRow, Spot } from "./outline-answer.ts";
import { quotedPath } from "../shown-path.ts";
import { cutText } from "../graph/references-text.ts";

/** Names of a file's definitions that are told. */
const MOST_NAMES = 12;
const MOST_NAME = 80;

export interface FolderOutline {
  readonly kind: "folder";
  readonly files: number;
  readonly lines: number;
  readonly notes: readonly string[];
  readonly rows: readonly OutlineRow[];
}

/** The files of a folder with what they define at their top; folders below `depth` are told in one line. */
export async function outlineFolder(
  spot: Spot,
  depth: number,
  context: SearchContext,
): Promise<FolderOutline> {
  const { view, relative } = spot;
  const mayRead = readableIn(view, context);
  const start = relative === "" ? "" : `${relative}/`;
  return await upToDate(
    view,
    (lookups) => {
      const all = lookups.reader
        .files()
        .filter(({ path, skipped }) => path.startsWith(start) && skipped === undefined && mayRead(path));
      return {
        kind: "folder",
        files: all.length,
        lines: all.reduce((sum, { lines }) => sum + lines, 0),
        notes: all.length === 0 ? ["no file of it is in the index: list_directory shows what is there"] : [],
        rows: rowsBelow(start, { files: all, level: 0, depth }, lookups),
      };
    },
    () => [],
  );
}

interface Level {
  readonly files: readonly FileRow[];
  readonly level: number;
  readonly depth: number;
}

function rowsBelow(start: string, { files, level, depth }: Level, lookups: Lookups): OutlineRow[] {
  const folders = new Map<string, FileRow[]>();
  const own: FileRow[] = [];
  for (const file of files) {
    const rest = file.path.slice(start.length);
    const slash = rest.indexOf("/");
    if (slash === -1) own.push(file);
    else push(folders, rest.slice(0, slash + 1), file);
  }
  const below = [...folders].toSorted(([one], [other]) => compare(one, other));
  return [
    ...below.flatMap(([name, inside]) => [
      { indent: level, text: folderText(name, inside) },
      ...(level + 1 < depth
        ? rowsBelow(`${start}${name}`, { files: inside, level: level + 1, depth }, lookups)
        : []),
    ]),
    ...own
      .toSorted((one, other) => compare(one.path, other.path))
      .map((file) => ({ indent: level, text: fileText(file, start, lookups) })),
  ];
}

function folderText(name: string, files: readonly FileRow[]): string {
  const lines = files.reduce((sum, each) => sum + each.lines, 0);
  return `${quotedPath(name)} ${counted(files.length, "file")}, ${counted(lines, "line")}`;
}

function fileText(file: FileRow, start: string, lookups: Lookups): string {
  const top = lookups.definitionsIn(file.id).filter(({ parent }) => parent === undefined);
  const shown = top.toSorted((one, other) => weight(other) - weight(one)).slice(0, MOST_NAMES);
  const inOrder = top.filter((each) => shown.includes(each)).map(({ name }) => cutText(name, MOST_NAME));
  const more = top.length > shown.length ? ` +${top.length - shown.length}` : "";
  const names = inOrder.length === 0 ? "" : `: ${[...new Set(inOrder)].join(", ")}${more}`;
  return `${quotedPath(file.path.slice(start.length))} ${file.lines}${names}`;
}

function weight({ exported, startLine, endLine, kind }: DefinitionRow): number {
  return (exported ? 10_000 : 0) + (kind === "constant" ? 0 : 1_000) + Math.min(999, endLine - startLine);
}

function push(folders: Map<string, FileRow[]>, name: string, file: FileRow): void {
  const known = folders.get(name);
  if (known === undefined) folders.set(name, [file]);
  else known.push(file);
}
