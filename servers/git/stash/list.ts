import { join } from "node:path";
import { ToolError } from "../../../shared/errors.ts";
import type { HistoryScene } from "../change/scene.ts";
import type { GitRunIn } from "../engine/git/run.ts";

/** One stash. */
export interface Stash {
  readonly index: number;
  readonly hash: string;
  /** Seconds since 1970. */
  readonly at: number;
  /** Whole, as in `On main: message`. */
  readonly message: string;
}

const REF = "refs/stash";
const MAX_LOG = 16 * 1024 * 1024;

/** All stashes, the newest first. Git need not be asked: they are the log of a reference. */
export async function stashes({ git, repository, refs, signal }: HistoryScene): Promise<Stash[]> {
  if (repository.refFormat === "reftable") return await listed({ git, repository, signal });
  if ((await refs.hashOf(REF)) === undefined) return [];
  const log = await git.files(signal).text(join(repository.commonDir, "logs", REF), MAX_LOG);
  // what is no entry git passes over too
  const entries = (log ?? "").split("\n").flatMap((line) => [...line.matchAll(ENTRY)]);
  return entries
    .toReversed()
    .map(([, hash = "", at = "", message = ""], index) => ({ index, hash, at: Number(at), message }));
}

const ENTRY = /^[0-9a-f]{40,64} ([0-9a-f]{40,64}) [^\t]*> (\d+) [+-]\d{4}(?:\t(.*))?$/gu;

async function listed({ git, repository, signal }: GitRunIn): Promise<Stash[]> {
  const text = await git.text(repository, ["stash", "list", "-z", "--format=%H %ct %gs"], { signal });
  return text
    .split("\0")
    .filter((line) => line !== "")
    .map((line, index) => {
      const [, hash = "", at = "", message = ""] = /^([0-9a-f]+) (\d+) (.*)$/su.exec(line) ?? [];
      return { index, hash, at: Number(at), message };
    });
}

/** The stash with this number. Throws `not_found`. */
export async function stashAt(scene: HistoryScene, index: number): Promise<Stash> {
  const all = await stashes(scene);
  const found = all[index];
  if (found !== undefined) return found;
  const last = all.length - 1;
  throw new ToolError("not_found", last < 0 ? "there is no stash" : `there is no stash ${index}`, {
    hint:
      last < 0
        ? "git_stash with action push makes one."
        : `The last one has index ${last}; action list shows them.`,
  });
}

/** Takes a stash off the list, by its hash and not by a number that may have gone to another. False when it is not there. */
export async function dropStash(scene: HistoryScene, { hash }: Stash): Promise<boolean> {
  const { git, repository, signal } = scene;
  const now = (await stashes(scene)).find((each) => each.hash === hash);
  if (now === undefined) return false;
  await git.run(repository, ["stash", "drop", "--quiet", `stash@{${now.index}}`], { signal, writes: true });
  return true;
}
