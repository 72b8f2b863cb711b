import { showInRepository } from "../../../shared/git/paths.ts";
import type { Repository } from "../../../shared/git/repository.ts";
import type { GitContext } from "../deps.ts";
import type { FileDiff } from "../engine/shapes.ts";
import { shownPath } from "../text/foreign.ts";
import { mayShow } from "../open.ts";
import { quotedPath } from "../text/quoted-path.ts";

/** A file of a difference as an answer tells it: its paths are those of the root, what must not be shown is gone. */
export interface ToldFile extends Pick<FileDiff, "status" | "added" | "deleted" | "patch"> {
  /** Of a renamed file both names. */
  readonly name: string;
  /** For counts by folder. */
  readonly folder: string;
  /** Why there is no patch, when that is not for want of room. */
  readonly why?: string;
}

/** Written by programs, mostly long, and seldom what somebody wants to read. */
const QUIET =
  /(?:^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|deno\.lock|Cargo\.lock|poetry\.lock|uv\.lock|pdm\.lock|Pipfile\.lock|composer\.lock|Gemfile\.lock|Podfile\.lock|mix\.lock|pubspec\.lock|flake\.lock|gradle\.lockfile|go\.sum)$|\.(?:min\.(?:js|css|mjs)|js\.map|css\.map|pb\.go|g\.dart)$|_pb2(?:_grpc)?\.py$/u;
/** A line beyond it nobody wrote by hand. */
const LONG_LINE = 2_000;

export interface Telling {
  readonly repository: Repository;
  /** Paths that the call names: their files are shown whatever they are. */
  readonly named: readonly string[];
  /** Words are marked, so that a line's first sign says nothing. */
  readonly words: boolean;
  /** One side is the working tree. */
  readonly ofTree: boolean;
}

/** Secrets keep their counts and lose their patch, at whichever end of a rename they are. */
export function toldFile(file: FileDiff, context: GitContext, telling: Telling): ToldFile {
  const { repository, named } = telling;
  const { status, path, from, added, deleted } = file;
  const shown = shownPath(repository, path);
  const slash = shown.lastIndexOf("/");
  const told = {
    status: status === "X" ? "M" : status,
    name: from === undefined ? shown : `${shownPath(repository, from)} -> ${shown}`,
    folder: slash === -1 ? "" : shown.slice(0, slash + 1),
    added,
    deleted,
  };
  const patch = file.patch === undefined ? undefined : placed(file.patch, file, telling);
  const isOpen =
    mayShow(context, repository, path) && (from === undefined || mayShow(context, repository, from));
  const why = isOpen ? reasonFor(file, named.includes(path), telling) : "not shown: may hold secrets";
  if (why !== undefined) return { ...told, why };
  return { ...told, ...(patch === undefined ? {} : { patch }) };
}

function reasonFor(file: FileDiff, isNamed: boolean, telling: Telling): string | undefined {
  const { status, binary, patch, added, deleted } = file;
  if (status === "X") return "submodule, its repository lies outside the roots: not shown";
  if (binary) return "binary";
  if (patch === undefined)
    return status === "U" && added + deleted === 0 ? "conflict: one side deleted it" : undefined;
  return isNamed ? undefined : reasonToAsk({ ...file, patch }, telling);
}

/** Of what is shown only to those who name it. */
function reasonToAsk(
  { status, path, patch }: FileDiff & { readonly patch: string },
  { ofTree }: Telling,
): string | undefined {
  if (ofTree && status === "M" && isPointer(patch))
    return "its filter, git-lfs, does not run here: not shown";
  if (QUIET.test(path)) return "made by a program: give its path to see it";
  return hasLongLine(patch) ? "very long lines: give its path to see it" : undefined;
}

/** A pointer against the contents that it stands for, which nobody means to see. */
function isPointer(patch: string): boolean {
  const line = "version https://git-lfs.github.com/spec/v1\n";
  return patch.includes(`\n-${line}`) !== patch.includes(`\n+${line}`);
}

function hasLongLine(patch: string): boolean {
  for (let at = 0; at !== -1 && at + LONG_LINE < patch.length;) {
    const end = patch.lastIndexOf("\n", at + LONG_LINE);
    if (end < at) return true;
    at = end + 1;
  }
  return false;
}

/** Names in the head of a patch as the root calls them, so that it can be applied there. */
function placed(patch: string, { path, from = path }: FileDiff, { repository, words }: Telling): string {
  if (showInRepository(repository, path) === path) return patch;
  const [first = "", ...others] = words ? [patch] : patch.split(/^(?=diff --git )/mu);
  const names = { from: showInRepository(repository, from), to: showInRepository(repository, path) };
  return [first, ...others].map((section) => headed(section, names)).join("");
}

function headed(section: string, { from, to }: { readonly from: string; readonly to: string }): string {
  const hunks = section.search(/^@@ /mu);
  const head = hunks === -1 ? section : section.slice(0, hunks);
  const old = quotedPath(`a/${from}`);
  const now = quotedPath(`b/${to}`);
  const lines = head.split("\n").map((line) => {
    if (line.startsWith("diff --git ")) return `diff --git ${old} ${now}`;
    if (/^--- "?a\//u.test(line)) return `--- ${ended(old)}`;
    if (/^\+\+\+ "?b\//u.test(line)) return `+++ ${ended(now)}`;
    const [, what = "", side = ""] = /^((?:rename|copy) (from|to)) /u.exec(line) ?? [];
    return what === "" ? line : `${what} ${quotedPath(side === "from" ? from : to)}`;
  });
  return lines.join("\n") + (hunks === -1 ? "" : section.slice(hunks));
}

/** With a tab behind it, a name with spaces is read whole. */
function ended(name: string): string {
  return name.includes(" ") && !name.startsWith('"') ? `${name}\t` : name;
}
