import picomatch from "picomatch";
import { ToolError } from "../errors.ts";

const MAX_GLOBS = 50;
const MAX_GLOB = 1_000;

/** Globs made ready: which paths they choose, and which directories are worth entering. */
export interface Globs {
  /** True when a glob without `!` matches, or there is none, and no glob with `!` matches. `name`: the last of the path. */
  chooses(path: string, name?: string): boolean;
  /** False when nothing below the directory can be chosen. */
  enters(directory: string): boolean;
}

/** Refuses what no sensible caller sends, before anything is compiled; throws `invalid_input`. */
export function checkGlobs(globs: readonly string[]): void {
  if (globs.length > MAX_GLOBS)
    throw new ToolError(
      "invalid_input",
      `there are ${globs.length} globs, at most ${MAX_GLOBS} can be given`,
      {
        hint: "Join some with braces, as in *.{ts,tsx}.",
      },
    );
  for (const glob of globs) {
    if (glob.length > MAX_GLOB)
      throw new ToolError("invalid_input", `a glob is longer than ${MAX_GLOB} characters`);
    if (glob === "" || glob === "!" || glob.includes("\0"))
      throw new ToolError("invalid_input", "a glob is empty or holds a NUL character", {
        hint: "Leave the globs out to get everything.",
      });
  }
}

/**
 * Compiles globs; only in a worker, since the regular expression of a hostile glob may run for hours.
 * Without a slash a glob is compared with the last name, with a slash with the whole path; `!` leaves out.
 */
export function compileGlobs(globs: readonly string[]): Globs {
  const isExclusion = (glob: string): boolean => glob.startsWith("!") && !glob.startsWith("!(");
  const excluded = globs.filter(isExclusion).map((glob) => compile(glob.slice(1)));
  const wanted = globs.filter((glob) => !isExclusion(glob));
  const included = wanted.map(compile);
  const bases = wanted.map(fixedStart);
  return {
    chooses: (path, name = lastOf(path)) =>
      (included.length === 0 || included.some((matches) => matches(path, name))) &&
      !excluded.some((matches) => matches(path, name)),
    enters: (directory) =>
      (bases.length === 0 || bases.some((base) => isOnTheWay(directory, base))) &&
      !excluded.some((matches) => matches(directory, lastOf(directory))),
  };
}

const NAMES = /^(?!\.{1,2}(?:\/|$))[\w.-]+(?:\/(?!\.{1,2}(?:\/|$))[\w.-]+)*$/u;

function lastOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function compile(glob: string): (path: string, name: string) => boolean {
  // names alone, at any depth: compared many times as fast as by a regular expression
  const names = glob.startsWith("**/") ? glob.slice(3) : glob.includes("/") ? "" : glob;
  const ending = `/${names}`;
  const last = lastOf(names);
  // the name first: a path that is put together is not even copied then
  if (NAMES.test(names)) return (path, name) => name === last && (path.endsWith(ending) || path === names);
  const plain = anchored(glob);
  const regex = picomatch.makeRe(plain, { dot: true, nonegate: true });
  if (glob.includes("/")) return (path) => regex.test(path);
  return (_path, name) => regex.test(name);
}

/** `/a` and `./a` mean `a` here, and `a/` all that is below it. */
function anchored(glob: string): string {
  const start = glob.replace(/^(\.?\/)+/u, "");
  return start === "" || start.endsWith("/") ? `${start}**` : start;
}

/** The names that every match starts with: `src/lib` for `src/lib/*.ts`. */
function fixedStart(glob: string): string {
  if (!glob.includes("/")) return "";
  const names = anchored(glob).split("/").slice(0, -1);
  const open = names.findIndex((name) => /[*?[\]{}()!+@\\|]/u.test(name));
  return names.slice(0, open === -1 ? names.length : open).join("/");
}

function isOnTheWay(directory: string, base: string): boolean {
  return base === "" || `${directory}/`.startsWith(`${base}/`) || `${base}/`.startsWith(`${directory}/`);
}
