import type { Git } from "../../../shared/git/git.ts";
import type { Repository } from "../../../shared/git/repository.ts";

/** Hashes by the whole names of references. */
export type RefHashes = ReadonlyMap<string, string>;

/** How one reference differs from what it was. */
export interface RefChange {
  readonly name: string;
  readonly kind: "new" | "updated" | "forced" | "deleted";
  readonly from?: string;
  readonly to?: string;
  /** Commits that came, and of a forced one those that went; known for the first of a list only. */
  readonly added?: number;
  readonly lost?: number;
}

interface In {
  readonly git: Git;
  readonly repository: Repository;
  readonly signal: AbortSignal;
}

/** Each costs a run of git. */
const MOST_COUNTED = 60;
const AT_ONCE = 4;

/** Branches of remotes, and tags; those that only name another one are left out. */
export async function remoteRefs({ git, repository, signal }: In): Promise<RefHashes> {
  const format = "--format=%(refname)%00%(objectname)%00%(symref)";
  const args = ["for-each-ref", format, "refs/remotes/", "refs/tags/"];
  const text = await git.text(repository, args, { signal, maxBytes: 256 * 1024 * 1024 });
  const hashes = new Map<string, string>();
  for (const line of text.split("\n")) {
    const [name = "", hash = "", symbolic] = line.split("\0");
    if (symbolic === "") hashes.set(name, hash);
  }
  return hashes;
}

/** What changed, by name; forced is an update that lost commits. */
export async function refChanges(where: In, before: RefHashes, after: RefHashes): Promise<RefChange[]> {
  const changes: RefChange[] = [];
  for (const [name, to] of after) {
    const from = before.get(name);
    if (from === undefined) changes.push({ name, kind: "new", to });
    else if (from !== to) changes.push({ name, kind: "updated", from, to });
  }
  for (const [name, from] of before) if (!after.has(name)) changes.push({ name, kind: "deleted", from });
  const updated = changes.filter(({ kind, name }) => kind === "updated" && !name.startsWith("refs/tags/"));
  const counted = new Map<string, RefChange>();
  const waiting = updated.slice(0, MOST_COUNTED);
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      counted.set(next.name, await withCounts(where, next));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return changes.map((change) => counted.get(change.name) ?? change);
}

async function withCounts({ git, repository, signal }: In, change: RefChange): Promise<RefChange> {
  const range = `${change.from ?? ""}...${change.to ?? ""}`;
  const args = ["rev-list", "--left-right", "--count", range, "--"];
  const { stdout, exitCode } = await git.run(repository, args, { signal, ok: [0, 1, 128] });
  const [, lost, added] = /^(\d+)\t(\d+)/u.exec(stdout.toString("utf8")) ?? [];
  // a history that is cut off may hide what lies between
  if (exitCode !== 0 || lost === undefined) return change;
  return { ...change, kind: lost === "0" ? "updated" : "forced", added: Number(added), lost: Number(lost) };
}
