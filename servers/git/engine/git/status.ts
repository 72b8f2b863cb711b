import { pathspec } from "../../../../shared/git/paths.ts";
import type { GitRunIn } from "./run.ts";
import { parseStatus } from "./parse-status.ts";
import type { StatusAsk, StatusFacts } from "../shapes.ts";

/** One process. Submodules are compared by their commit and not looked into. */
export async function status({ git, repository, signal }: GitRunIn, ask: StatusAsk): Promise<StatusFacts> {
  const { paths, untracked, ignored } = ask;
  const args = [
    "status",
    "--porcelain=v2",
    "--branch",
    "-z",
    `--untracked-files=${untracked ? "normal" : "no"}`,
    ...(ignored ? ["--ignored=traditional"] : []),
    "--ignore-submodules=dirty",
    "--find-renames",
    "--",
    ...paths.map(pathspec),
  ];
  return parseStatus(await git.text(repository, args, { signal, maxBytes: MAX_BYTES }));
}

const MAX_BYTES = 128 * 1024 * 1024;
