import type { Place } from "../access.ts";
import { quoteGlob } from "./glob.ts";
import type { Case } from "./judge.ts";
import { absolutePath } from "./rule.ts";
import { shellQuote } from "./shell-quote.ts";

/** More paths than this are granted by the folder of each root that holds them all. */
const MAX_PATHS = 4;
/** Of the protected ones; they are named as long as a line can be read. */
const MAX_FORESEEN = 12;

/** The line with which a person allows exactly this call, once; quoted for a POSIX shell. */
export function grantCommand({ facts, targets, foreseen }: Case): string {
  const named = targets.map(({ place }) => place);
  const globs = new Set([...globsFor(named, MAX_PATHS), ...globsFor(foreseen, MAX_FORESEEN)]);
  const words = ["plumbline", "approvals", "grant", facts.tool, "--once"];
  for (const glob of globs) words.push("--path", shellQuote(glob));
  if (facts.argv !== undefined && facts.argv.length > 0) words.push("--", ...facts.argv.map(shellQuote));
  return words.join(" ");
}

function globsFor(places: readonly Place[], most: number): string[] {
  const paths = [...new Set(places.map(absolutePath))];
  return paths.length > most ? foldersOf(places) : paths.map(quoteGlob);
}

function foldersOf(places: readonly Place[]): string[] {
  const roots = [...new Set(places.map(({ root }) => root))];
  return roots.map((root) => {
    const inRoot = places.filter((place) => place.root === root);
    return `${quoteGlob(commonFolder(inRoot.map(absolutePath)))}/**`;
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
