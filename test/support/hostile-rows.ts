import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import type { HostileGround, Target } from "./hostile.ts";

/** A call of a tool on the target, its paths relative to that. */
export type Call = readonly [tool: string, input?: Readonly<Record<string, unknown>>];

/** One attack: planted for us, and for a person's own git, which shows that it works. */
export interface Row {
  readonly name: string;
  readonly plant: (target: Target) => Promise<unknown>;
  /** Runs a program, or shows what is outside; or why git of this version does neither. */
  readonly plain: ((twin: Target) => Promise<string>) | string;
  /** What plain git shows when it runs nothing. */
  readonly shows?: RegExp;
  readonly ours: readonly Call[];
}

export const status: Call = ["git_status"];
export const diff: Call = ["git_diff"];
export const log: Call = ["git_log"];
export const show: Call = ["git_show"];
export const blame: Call = ["git_blame", { path: "a.txt" }];
export const stage: Call = ["git_stage", { paths: ["dirty.txt", "new.txt"] }];
export const stageLine: Call = ["git_stage", { hunks: [{ path: "dirty.txt", startLine: 1, endLine: 1 }] }];
export const commit: Call = ["git_commit", { message: "m", all: true, allowEmpty: true }];
export const amend: Call = ["git_commit", { message: "m", amend: true }];
export const merge: Call = ["git_merge", { action: "merge", refs: ["feature"] }];
export const never: Call = ["git_merge", { action: "merge", refs: ["feature"], ff: "never", message: "m" }];
export const clash: Call = ["git_merge", { action: "merge", refs: ["clash"] }];
export const abort: Call = ["git_merge", { action: "abort" }];
export const pick: Call = ["git_merge", { action: "cherry-pick", refs: ["pick"] }];
export const revert: Call = ["git_merge", { action: "revert", refs: ["HEAD"] }];
export const rebase: Call = ["git_merge", { action: "rebase", refs: ["feature"] }];
export const switching: Call = ["git_switch", { ref: "pick" }];
export const creating: Call = ["git_switch", { create: "fresh", ref: "v1" }];
export const restore: Call = ["git_restore", { paths: ["dirty.txt"] }];
export const older: Call = ["git_restore", { paths: ["a.txt"], ref: "v1" }];
export const push: Call = ["git_stash", { action: "push", untracked: true }];
export const pop: Call = ["git_stash", { action: "pop" }];
const shown: Call = ["git_stash", { action: "show" }];
export const worktree: Call = ["git_worktree", { action: "add", path: "linked", create: "tree" }];
export const tag: Call = ["git_branches", { action: "create", kind: "tag", name: "t9", message: "nine" }];
export const changelog: Call = ["git_changelog", { from: "v1" }];
export const fetching: Call = ["git_fetch", { tags: true }];
export const pushing: Call = ["git_push", { ref: "main", to: "elsewhere", tags: true }];
export const reads = [status, diff, log, show, blame, shown, changelog] as const;

/** The harm that an attack did. Throws when an answer shows what it must not, and when plain git is not hurt. */
export async function attack(ground: HostileGround, row: Row): Promise<string[]> {
  const { plant, plain, shows, ours, name } = row;
  const target = await ground.target();
  await plant(target);
  for (const [tool, input] of ours) await ground.call(target, tool, input);
  const harm = ground.harm(target);
  if (typeof plain === "string") return harm;
  const twin = await ground.twin();
  await plant(twin);
  const words = await plain(twin);
  if (shows === undefined) expect(twin.ran(), `${name} is no attack: ${words}`).toBe(true);
  else expect(words, name).toMatch(shows);
  return harm;
}

/** The same commit, as if it were signed. */
export async function signHead({ repo }: Target, branch = "main"): Promise<void> {
  const text = (await repo.bytes(["cat-file", "commit", branch])).toString();
  const signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----\n";
  const signed = text.replace(/\n\n/u, `\n${signature}\n`);
  const args = ["hash-object", "-t", "commit", "-w", "--stdin"];
  const hash = (await repo.bytes(args, Buffer.from(signed))).toString().trim();
  await repo.git("update-ref", `refs/heads/${branch}`, hash);
}

/** A submodule `sub`, committed. */
export async function submodule({ repo }: Target): Promise<void> {
  await repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", "../remote.git", "sub");
  await repo.git("commit", "--quiet", "-m", "sub");
}

/** So many loose ones that git thinks of collecting. */
export async function manyObjects({ gitDir }: Target): Promise<void> {
  await mkdir(join(gitDir, "objects/17"), { recursive: true });
  for (let count = 0; count < 3; count++)
    await writeFile(join(gitDir, "objects/17", String(count).repeat(38)), "");
}
