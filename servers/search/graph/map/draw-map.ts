import { counted } from "../../../../shared/listed.ts";
import type { DefinitionRow } from "../../store/shapes.ts";
import type { Lookups } from "../lookups.ts";
import { cutText } from "../references-text.ts";
import { compare } from "../uses-of.ts";
import type { RankedFile } from "./rank-files.ts";

/** Of a file, by how far up it stands. */
const MOST_SIGNATURES = 12;
const LEAST_SIGNATURES = 3;
const MOST_CHARS = 120;
/** What the folders at the end may take of the room. */
const FOLDERS_SHARE = 0.15;
const MOST_FOLDERS = 40;

export interface Drawing {
  readonly text: string;
  readonly shown: number;
}

/** As much of ranked files as fits: paths with the signatures of their top definitions, then folders for all the rest. */
export function drawMap(
  ranked: readonly RankedFile[],
  { room, show }: { readonly room: number; readonly show: (path: string) => string },
  lookups: Lookups,
): Drawing {
  const blocks: string[] = [];
  let left = Math.floor(room * (1 - FOLDERS_SHARE));
  let shown = 0;
  for (const [place, { file }] of ranked.entries()) {
    const title = `${show(file.path)} (${counted(file.lines, "line")})`;
    if (title.length + 1 > left) break;
    const most = Math.max(LEAST_SIGNATURES, MOST_SIGNATURES - Math.floor(place / 3));
    const lines = [title];
    const signatures = signaturesOf(lookups.definitionsIn(file.id), most);
    // a bare name at the end tells less than the count of its folder
    if (title.length + 1 + (signatures[0]?.length ?? 0) > left) break;
    left -= title.length + 1;
    for (const line of signatures) {
      if (line.length + 1 > left) break;
      lines.push(line);
      left -= line.length + 1;
    }
    blocks.push(lines.join("\n"));
    shown += 1;
  }
  const rest = folderLines(ranked.slice(shown), show);
  const spare = left + Math.floor(room * FOLDERS_SHARE);
  return { text: [...blocks, ...fitting(rest, spare)].join("\n"), shown };
}

/** The definitions at a file's top that matter most, and the members of its types, in their order. */
function signaturesOf(all: readonly DefinitionRow[], most: number): string[] {
  const depth = new Map<number, number>();
  for (const each of all)
    depth.set(each.id, each.parent === undefined ? 0 : (depth.get(each.parent) ?? 0) + 1);
  const worth = (each: DefinitionRow): number =>
    (each.exported ? 8 : 0) +
    (depth.get(each.id) === 0 ? 4 : 0) +
    (each.kind === "constant" ? 0 : 2) +
    Math.min(1, (each.endLine - each.startLine) / 200);
  const best = all
    .filter(({ id, kind }) => (depth.get(id) ?? 0) < 2 && !(depth.get(id) === 1 && kind === "constant"))
    .toSorted((one, other) => worth(other) - worth(one) || one.startLine - other.startLine)
    .slice(0, most);
  const chosen = new Set(best.map(({ id }) => id));
  return all
    .filter(({ id }) => chosen.has(id))
    .map(
      (each) =>
        `${"  ".repeat((depth.get(each.id) ?? 0) + 1)}${each.startLine} ${cutText(each.signature, MOST_CHARS)}`,
    );
}

/** Files that had no room, counted by folder; the folders that matter most first. */
function folderLines(rest: readonly RankedFile[], show: (path: string) => string): string[] {
  const folders = new Map<string, { files: number; rank: number }>();
  for (const { file, rank } of rest) {
    const parts = file.path.split("/").slice(0, -1).slice(0, 3);
    const folder = parts.join("/");
    const known = folders.get(folder) ?? { files: 0, rank: 0 };
    folders.set(folder, { files: known.files + 1, rank: known.rank + rank });
  }
  return [...folders]
    .toSorted(([one, { rank: first }], [other, { rank: second }]) => second - first || compare(one, other))
    .map(
      ([folder, { files }]) =>
        `${folder === "" ? show("") : `${show(folder)}/`} ${counted(files, "more file")}`,
    );
}

function fitting(lines: readonly string[], room: number): string[] {
  const kept: string[] = [];
  let left = room;
  for (const line of lines.slice(0, MOST_FOLDERS)) {
    if (line.length + 1 > left) break;
    kept.push(line);
    left -= line.length + 1;
  }
  return kept;
}
