import { parsePattern, type IgnorePattern } from "./ignore-pattern.ts";

/** Larger ignore files are skipped: no person wrote them. */
export const MAX_IGNORE_FILE = 1_000_000;

/** The rules that hold in a directory: those of its own ignore file, then those above. */
export interface IgnoreRules {
  readonly patterns: readonly IgnorePattern[];
  /** Bytes of the path below the root at which the paths of these patterns start. */
  readonly start: number;
  readonly above: IgnoreRules | undefined;
}

/** Adds an ignore file that stands in `directory` (below the root, "" for the root) to the rules above it. */
export function withIgnoreFile(
  file: Buffer,
  directory: string,
  above: IgnoreRules | undefined,
): IgnoreRules | undefined {
  const bytes = file.toString("latin1").replace(/^\xef\xbb\xbf/u, "");
  const patterns = bytes
    .split("\n")
    .map((line) => parsePattern(line.replace(/\r$/u, "").replace(/\0.*$/su, "")))
    .filter((pattern) => pattern !== undefined);
  if (patterns.length === 0) return above;
  const start = directory === "" ? 0 : Buffer.byteLength(directory) + 1;
  return { patterns: patterns.toReversed(), start, above };
}

/**
 * Whether git would ignore this path, given that nothing above it is ignored: the last matching line of the nearest
 * file decides. `path` is below the root.
 */
export function isIgnored(rules: IgnoreRules | undefined, path: string, directory: boolean): boolean {
  if (rules === undefined) return false;
  // git compares bytes, so one character of two bytes needs two question marks
  const bytes = /[^\0-\x7f]/u.test(path) ? Buffer.from(path).toString("latin1") : path;
  const name = bytes.slice(bytes.lastIndexOf("/") + 1);
  for (let layer: IgnoreRules | undefined = rules; layer !== undefined; layer = layer.above) {
    const below = bytes.slice(layer.start);
    const decisive = layer.patterns.find(
      (pattern) => (directory || !pattern.directoryOnly) && pattern.matches(pattern.nameOnly ? name : below),
    );
    if (decisive !== undefined) return !decisive.negated;
  }
  return false;
}
