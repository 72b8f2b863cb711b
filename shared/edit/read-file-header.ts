import {
  NOWHERE,
  readHeaderPath,
  readPath,
  type Sides,
  withoutLetters,
  withoutPrefixes,
} from "./patch-path.ts";
import { namesFile } from "./patch-line.ts";
import { patchError, type PatchFile } from "./patch.ts";

const GIT = "diff --git ";
const FIELD =
  /^(old mode|new mode|new file mode|deleted file mode|rename from|rename to|copy from|copy to|index|similarity index|dissimilarity index) (.*)$/su;

/** What comes before the hunks of a file. */
export interface FileHeader {
  readonly file: Omit<PatchFile, "hunks">;
  /** It named the file for hunks to follow. */
  readonly wantsHunks: boolean;
  /** The first line of the patch after it. */
  readonly next: number;
}

interface Parts {
  readonly line: number;
  readonly fields: ReadonlyMap<string, string>;
  /** The path in the line `diff --git`, where it names only one. */
  readonly path: string | undefined;
  /** The paths after `---` and `+++`. */
  readonly sides: Sides | undefined;
}

/** Whether the header of a file begins at this line outside of hunks. */
export function beginsFile(lines: readonly string[], at: number): boolean {
  return lines[at]?.startsWith(GIT) === true || namesFile(lines, at);
}

/** Reads a header of git's, with any of its extra lines, or a plain one of two lines. */
export function readFileHeader(lines: readonly string[], at: number): FileHeader {
  const first = lines[at] ?? "";
  const git = first.startsWith(GIT);
  const path = git ? readHeaderPath(first.slice(GIT.length), at + 1) : undefined;
  const fields = new Map<string, string>();
  let next = git ? readFields(lines, at + 1, fields) : at;
  const wantsHunks = namesFile(lines, next);
  const sides = wantsHunks ? readSides(lines, next) : undefined;
  if (wantsHunks) next += 2;
  return { file: describe({ line: at + 1, fields, path, sides }), wantsHunks, next };
}

function readFields(lines: readonly string[], from: number, fields: Map<string, string>): number {
  let at = from;
  for (; at < lines.length; at += 1) {
    const [, name, value] = FIELD.exec(lines[at] ?? "") ?? [];
    if (name === undefined || value === undefined) break;
    if (fields.has(name))
      throw patchError(at + 1, `"${name}" is there twice for one file`, "Leave one of them out.");
    if (name.endsWith("mode") || name === "index") refuseMode(value, at + 1);
    fields.set(name, /^(?:rename|copy)/u.test(name) ? readPath(value, at + 1) : value);
  }
  return at;
}

/** A mode, or the value of an index line that may end in one. */
function refuseMode(value: string, line: number): void {
  const mode = /(?:^| )(\d{6})$/u.exec(value)?.[1] ?? "100644";
  if (mode.startsWith("100")) return;
  const named = { "120000": "symbolic link", "160000": "submodule" }[mode] ?? `file of mode ${mode}`;
  throw patchError(
    line,
    `a ${named} cannot be patched`,
    "Leave this file out of the patch; only regular files can be changed.",
  );
}

function readSides(lines: readonly string[], at: number): Sides {
  const [from, to] = [
    readPath(lines[at]?.slice(4) ?? "", at + 1),
    readPath(lines[at + 1]?.slice(4) ?? "", at + 2),
  ];
  if (from === NOWHERE && to === NOWHERE)
    throw patchError(at + 1, "both sides are /dev/null", "Name the file on one side at least.");
  return { from, to };
}

function describe(parts: Parts): FileHeader["file"] {
  const { line, fields, sides } = parts;
  const moved = movedSides(parts);
  const { from, to } = pathsOf(parts, moved);
  const created = fields.has("new file mode") || sides?.from === NOWHERE;
  const deleted = fields.has("deleted file mode") || sides?.to === NOWHERE;
  if (Number(created) + Number(deleted) + Number(moved !== undefined) > 1)
    throw patchError(line, "it both creates, deletes or moves the file", "Say only one of these for a file.");
  if (deleted) return { kind: "delete", from, line };
  const bit = executableBit(fields);
  // Files are created without the bit: only the other case is worth saying
  if (created) return { kind: "create", to, line, ...(bit.executable === true ? bit : {}) };
  return { kind: moved?.kind ?? "change", from, to, line, ...bit };
}

function executableBit(fields: Parts["fields"]): { executable?: boolean } {
  const mode = fields.get("new mode") ?? fields.get("new file mode");
  return mode === undefined ? {} : { executable: (Number.parseInt(mode, 8) & 0o111) !== 0 };
}

interface Moved extends Sides {
  readonly kind: "rename" | "copy";
}

function movedSides({ line, fields }: Parts): Moved | undefined {
  const found = (["rename", "copy"] as const).filter(
    (kind) => fields.has(`${kind} from`) || fields.has(`${kind} to`),
  );
  const [kind, other] = found;
  if (kind === undefined) return undefined;
  const from = fields.get(`${kind} from`);
  const to = fields.get(`${kind} to`);
  if (other !== undefined || from === undefined || to === undefined)
    throw patchError(
      line,
      "it is not certain what moves where",
      'Give one pair "rename from" and "rename to" (or copy).',
    );
  if (from === to)
    throw patchError(line, `the ${kind} ends where it begins`, "Give another path as its target.");
  return { kind, from, to };
}

/** The paths, on which all lines that name them agree. For one that is nowhere the other is given. */
function pathsOf({ line, path, sides }: Parts, moved: Moved | undefined): Sides {
  const told = moved ?? (path === undefined ? undefined : { from: path, to: path });
  if (sides === undefined) {
    if (told !== undefined) return told;
    throw patchError(
      line,
      "it does not tell which file it is about",
      "Add --- and +++ lines, or rename from and rename to.",
    );
  }
  const plain = filled(withoutPrefixes(sides));
  const readings = told === undefined ? [plain] : [plain, filled(sides), filled(withoutLetters(sides))];
  const { from, to } = told ?? { from: plain.from, to: plain.from };
  const agreed = readings.find((reading) => reading.from === from && reading.to === to);
  if (agreed === undefined)
    throw patchError(
      line,
      "the paths of this file do not agree",
      "Name the same path with a/ and b/ before it; to move a file begin with diff --git, rename from and rename to.",
    );
  if (agreed.from === "") throw patchError(line, "the path is empty", "Name the file.");
  return agreed;
}

function filled({ from, to }: Sides): Sides {
  return { from: from === NOWHERE ? to : from, to: to === NOWHERE ? from : to };
}
