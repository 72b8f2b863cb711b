import * as z from "zod";
import { decodeCursor, encodeCursor } from "../../../shared/cursor.ts";
import type { Repository } from "../../../shared/git/repository.ts";
import { worktreesOf } from "../../../shared/git/worktrees.ts";
import { dayOf, shortHash, shortRef } from "../text/commit.ts";
import type { GitContext } from "../deps.ts";
import type { RefFacts } from "../engine/shapes.ts";
import { oneLine } from "../text/foreign.ts";
import type { Opened } from "../open.ts";

/** What git_branches works on. */
export type RefKind = "branch" | "tag" | "remote";

/** Where references of a kind lie. */
export const PREFIX = {
  branch: "refs/heads/",
  tag: "refs/tags/",
  remote: "refs/remotes/",
} as const satisfies Record<RefKind, string>;

const NOUN = { branch: "branch", tag: "tag", remote: "remote branch" } as const satisfies Record<
  RefKind,
  string
>;

/** One page of references, newest first. */
export interface RefList {
  readonly kind: RefKind;
  readonly refs: readonly RefFacts[];
  readonly total: number;
  /** How many came before. */
  readonly before: number;
  readonly cursor?: string;
  /** The branch that HEAD is on; undefined when it is detached. */
  readonly head: string | undefined;
  /** Branches that other work trees are on. */
  readonly elsewhere: ReadonlySet<string>;
  /** True when it was answered without the git program. */
  readonly embedded: boolean;
}

interface Asked {
  readonly kind: RefKind;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** Time and name of the last one that was shown. */
const Cursor = z.tuple([z.number(), z.string()]);

export async function refList(
  { repository, refs }: Opened,
  { kind, limit, cursor }: Asked,
  { git, engines, signal }: GitContext,
): Promise<RefList> {
  const after = cursor === undefined ? undefined : decodeCursor(Cursor, cursor);
  const engine = await engines.pick();
  const [found, head, elsewhere] = await Promise.all([
    engine.refs(repository, PREFIX[kind], signal),
    refs.head(),
    kind === "branch" ? branchesElsewhere(git.files(signal), repository) : new Set<string>(),
  ]);
  // a remote's HEAD only names another of them
  const all = found.filter(({ name }) => kind !== "remote" || !name.endsWith("/HEAD")).toSorted(byAge);
  const next =
    after === undefined ? 0 : all.findIndex((ref) => byAge(ref, { at: after[0], name: after[1] }) > 0);
  const before = next < 0 ? all.length : next;
  const page = all.slice(before, before + limit);
  const last = page.at(-1);
  const more = before + page.length < all.length && last !== undefined;
  return {
    kind,
    refs: page,
    total: all.length,
    before,
    ...(more ? { cursor: encodeCursor([last.at, last.name]) } : {}),
    head: head.branch,
    elsewhere,
    embedded: engine.name === "embedded",
  };
}

async function branchesElsewhere(
  files: Parameters<typeof worktreesOf>[0],
  repository: Repository,
): Promise<Set<string>> {
  const trees = await worktreesOf(files, repository);
  return new Set(trees.filter(({ bare }) => !bare).flatMap(({ branch }) => branch ?? []));
}

type Aged = Pick<RefFacts, "at" | "name">;

function byAge(a: Aged, b: Aged): number {
  if (a.at !== b.at) return b.at - a.at;
  return a.name < b.name ? -1 : Number(a.name > b.name);
}

/** `subjects`: with the first line of each commit's message, of an annotated tag's its own. */
export function refListText(list: RefList, subjects = true): string {
  return [headerOf(list), ...list.refs.map((ref) => lineOf(list, ref, subjects))].join("\n");
}

function headerOf({ kind, refs, total, before, cursor, head, embedded }: RefList): string {
  const noun = NOUN[kind] + (total === 1 ? "" : kind === "tag" ? "s" : "es");
  const facts = [
    refs.length === total
      ? `${total} ${noun}${total > 1 ? ", newest first" : ""}`
      : `${noun} ${before + 1}-${before + refs.length} of ${total}, newest first`,
    ...(kind !== "branch" ? [] : [head === undefined ? "HEAD is detached" : `on ${oneLine(head)}`]),
    ...(embedded ? ["answered without the git program"] : []),
    ...(cursor === undefined ? [] : [`go on with cursor ${cursor}`]),
  ];
  return `[${cursor === undefined ? "" : "partial: "}${facts.join("; ")}]`;
}

function lineOf(list: RefList, ref: RefFacts, subjects: boolean): string {
  const name = ref.name.slice(PREFIX[list.kind].length);
  const subject = subjects ? ` ${oneLine(ref.annotation ?? ref.subject, 100)}` : "";
  const day = dayOf({ at: ref.at, zone: "" });
  return `${markOf(list, name)}${oneLine(name)} ${shortHash(ref.hash)} ${day}${upstreamOf(ref)}${subject}`;
}

/** As git marks them: `*` here, `+` in another work tree. */
function markOf({ kind, head, elsewhere }: RefList, name: string): string {
  if (kind !== "branch") return "";
  if (name === head) return "* ";
  return elsewhere.has(name) ? "+ " : "";
}

function upstreamOf({ upstream, ahead, behind }: RefFacts): string {
  if (upstream === undefined) return "";
  if (ahead === undefined || behind === undefined) return ` [${shortRef(upstream)} gone]`;
  const far = [ahead > 0 ? ` ahead ${ahead}` : "", behind > 0 ? ` behind ${behind}` : ""].join("");
  return ` [${shortRef(upstream)}${far}]`;
}
