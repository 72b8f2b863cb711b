import { childEnvironment } from "./environment.ts";
import { runApart } from "./run-apart.ts";
import { runHere, type RunOptions, type RunResult } from "./run-here.ts";

export type { RunResult } from "./run-here.ts";

/**
 * Runs a program to its end and keeps what it prints, started by a small process of ours as soon as that is up: starting
 * one copies the memory tables of whoever starts it, which takes a server that has grown longer than git takes to
 * answer, and keeps it from everything else meanwhile. Throws as `runHere`.
 */
export async function run(program: string, args: readonly string[], options: RunOptions): Promise<RunResult> {
  const { signal, stdin, env, ...others } = options;
  signal.throwIfAborted();
  // an open file belongs to this process
  if (typeof stdin === "number") return await runHere(program, args, options);
  const job = {
    ...others,
    program,
    args,
    env: childEnvironment(env),
    ...(stdin === undefined ? {} : { stdin }),
  };
  return await (runApart(job, signal) ?? runHere(program, args, options));
}
