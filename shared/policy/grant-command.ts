import { quoteGlob } from "./glob.ts";
import type { Case } from "./judge.ts";
import { absolutePath } from "./rule.ts";
import { shellQuote } from "./shell-quote.ts";

/** More paths than this are granted by the folder of each root that holds them all. */
const MAX_PATHS = 4;

/** The line with which a person allows exactly this call, once; quoted for a POSIX shell. */
export function grantCommand({ facts, targets }: Case): string {
  const paths = [...new Set(targets.map(({ place }) => absolutePath(place)))];
  const globs = paths.length > MAX_PATHS ? foldersOf(targets) : paths.map(quoteGlob);
  const words = ["plumbline", "approvals", "grant", facts.tool, "--once"];
  for (const glob of globs) words.push("--path", shellQuote(glob));
  if (facts.argv !== undefined && facts.argv.length > 0) words.push("--", ...facts.argv.map(shellQuote));
  return words.join(" ");
}

function foldersOf(targets: Case["targets"]): string[] {
  const roots = [...new Set(targets.map(({ place }) => place.root))];
  return roots.map((root) => {
    const inRoot = targets.filter(({ place }) => place.root === root);
    return `${quoteGlob(commonFolder(inRoot.map(({ place }) => absolutePath(place))))}/**`;
  });
}

function commonFolder(paths: readonly string[]): string {
  const [first = "", ...rest] = paths;
  const names = first.split("/");
  const isShared = (length: number): boolean => {
    const start = `${names.slice(0, length).join("/")}/`;
    return rest.every((path) => `${path}/`.startsWith(start));
  };
  let length = names.length;
  while (length > 1 && !isShared(length)) length--;
  return names.slice(0, length).join("/");
}
