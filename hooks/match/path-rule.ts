import { posix } from "node:path";
import { compileGlob, quoteGlob } from "../../shared/policy/glob.ts";

const MAX_PATH = 4_096;

/** From where the path of a rule counts. Absolute. */
export interface Bases {
  readonly root: string;
  readonly home: string;
}

/**
 * Whether a path lies where a rule's pattern says, in the manner of `.gitignore`: `//` from the file system's root, `~/`
 * from the home folder, anything else with a slash from the project's root, and a name alone at any depth; what is below
 * a match matches too. Case does not count, as on many disks. `unknown` for a set `[ab]` that may match, and for what is
 * no pattern of this kind.
 */
export function pathFits(pattern: string, path: string, bases: Bases): boolean | "unknown" {
  const { from, glob } = anchored(fold(pattern), { root: place(bases.root), home: place(bases.home) });
  const whole = place(path);
  if (whole.length > MAX_PATH || /^!|[@!?*+]\(/u.test(pattern)) return "unknown";
  if (!from.startsWith("/") || !whole.startsWith("/")) return "unknown";
  const inside = pathBelow(from, whole);
  if (inside === undefined) return false;
  const wide = widened(glob);
  try {
    const fits = compileGlob(wide, { below: true })(inside);
    return fits && wide !== glob ? "unknown" : fits;
  } catch (error) {
    if (error instanceof RangeError) return "unknown";
    throw error;
  }
}

function anchored(pattern: string, { root, home }: Bases): { readonly from: string; readonly glob: string } {
  if (pattern.startsWith("//")) return { from: "/", glob: pattern.slice(2) };
  if (pattern === "~" || pattern.startsWith("~/")) return { from: home, glob: pattern.slice(2) };
  if (!/\/./u.test(pattern)) return { from: root, glob: `**/${pattern}` };
  let [from, glob] = [root, pattern.replace(/^(?:\.?\/)+/u, "")];
  for (; glob.startsWith("../"); glob = glob.slice(3)) from = posix.dirname(from);
  return { from, glob };
}

/** `app/[ab].ts` as `app/{?,\[ab\]}.ts`: all that the set can mean, and the text as it stands. */
function widened(glob: string): string {
  return glob.replaceAll(/\[[^\]/][^\]/]*\]/gu, (set) => `{?,${quoteGlob(set)}}`);
}

function pathBelow(from: string, path: string): string | undefined {
  if (path === from) return "";
  const start = from.endsWith("/") ? from : `${from}/`;
  return path.startsWith(start) ? path.slice(start.length) : undefined;
}

/** With slashes, and a Windows drive as Claude Code writes it: `/c/Users`. */
function place(path: string): string {
  const [, drive, rest = ""] = /^([a-z]):[\\/](.*)$/isu.exec(path) ?? [];
  const plain = drive === undefined ? path : `/${drive}/${rest.replaceAll("\\", "/")}`;
  return fold(plain === "" ? "" : posix.normalize(plain).replace(/(?<=.)\/$/u, ""));
}

function fold(text: string): string {
  return text.normalize("NFC").toLowerCase();
}
