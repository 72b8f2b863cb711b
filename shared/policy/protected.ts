import type { Place } from "../access.ts";
import { canonicalPath } from "./canonical-path.ts";
import { OPEN_NAMES, PROTECTED_NAMES, RUNS_LATER_NAMES, SECRET_NAMES } from "./protected-names.ts";

/**
 * What a place is to policy. `secret`: neither read nor written. `protected`: never written. `runs-later`: a person
 * is asked before it is written.
 */
export interface PlaceClass {
  readonly kind: "secret" | "protected" | "runs-later" | "plain";
}

export type Classify = (place: Place) => PlaceClass;

const OPEN = OPEN_NAMES.map(exactSource).join("|");
const SECRET = new RegExp(`(?:^|/)(?!(?:${OPEN})(?:/|$))(?:${anyOf(SECRET_NAMES)})(?:/|$)`, "u");
const PROTECTED = new RegExp(`(?:^|/)(?:${anyOf(PROTECTED_NAMES)})(?:/|$)`, "u");
const RUNS_LATER = new RegExp(`(?:^|/)(?:${anyOf(RUNS_LATER_NAMES)})(?:/|$)`, "u");
// What no listed name begins or ends like needs no closer look: that is nearly every file of a walk.
const SUSPECT = suspectSource([...SECRET_NAMES, ...PROTECTED_NAMES, ...RUNS_LATER_NAMES]);

/** By the names below the root, however they are spelled. Below a microsecond: it is called for every file of a walk. */
export function classify(place: Place): PlaceClass {
  const path = canonicalPath(place.relative);
  if (!SUSPECT.test(path)) return { kind: "plain" };
  if (SECRET.test(path)) return { kind: "secret" };
  if (PROTECTED.test(path)) return { kind: "protected" };
  return { kind: RUNS_LATER.test(path) ? "runs-later" : "plain" };
}

/** True for what no tool writes. */
export function isProtected({ kind }: PlaceClass): boolean {
  return kind === "secret" || kind === "protected";
}

// A link in the place of such a folder would decide what lies in it.
const FOLDERS = foldersOf([...SECRET_NAMES, ...PROTECTED_NAMES]);
const HOLDS_PROTECTED = new RegExp(`(?:^|/)(?:${anyOf(FOLDERS)})$`, "u");

/**
 * True for what a program of ours, such as git, replaces only with a person's yes: what no tool writes, and a file,
 * link or submodule where a folder belongs that holds such things (`.claude`).
 */
export function isGuarded(place: Place, classifier: Classify): boolean {
  return isProtected(classifier(place)) || HOLDS_PROTECTED.test(canonicalPath(place.relative));
}

/** The hidden folders that the names below them speak of: `.config` and `.config/gh` of `.config/gh/hosts.yml`. */
function foldersOf(names: readonly string[]): string[] {
  const folders = names
    .filter((name) => name.startsWith("."))
    .flatMap((name) => {
      const parts = name.split("/");
      return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("/"));
    });
  return [...new Set(folders)];
}

function anyOf(patterns: readonly string[]): string {
  return patterns.map((pattern) => pattern.split("/").map(nameSource).join("/")).join("|");
}

function suspectSource(names: readonly string[]): RegExp {
  const starts = names.filter((name) => !name.startsWith("*")).map((name) => exactSource(name.slice(0, 3)));
  const ends = names.filter((name) => name.startsWith("*")).map((name) => exactSource(name.slice(1)));
  const anyStart = [...new Set(starts)].join("|");
  return new RegExp(`(?:^|/)(?:${anyStart})|~\\d|(?:${ends.join("|")})(?:/|$)`, "u");
}

function exactSource(name: string): string {
  return name.replaceAll(/[.+^${}()|[\]\\]/gu, String.raw`\$&`).replaceAll("*", "[^/]*");
}

/** One name as a regular expression, with the short form that FAT and NTFS make of it: `git~1` for `.git`. */
function nameSource(name: string): string {
  const exact = exactSource(name);
  const [stem = ""] = /^[^*]*/u.exec(name) ?? [];
  const short = stem
    .replace(/(?!^)\..*$/u, "")
    .replaceAll(".", "")
    .slice(0, 6);
  return short === "" ? exact : `(?:${exact}|${short}~\\d+(?:\\.[^/]*)?)`;
}
