import { start, type Ended, type StartOptions } from "./start.ts";

const MAX_BYTES = 1024 * 1024;

export interface RunOptions extends StartOptions {
  /** The most of standard output that is kept, 1 MiB when left out; the program is stopped beyond it. */
  readonly maxBytes?: number;
}

/** What a program gave. A failing exit code is a result here, the caller knows what it means. */
export interface RunResult extends Pick<Ended, "exitCode" | "stderr"> {
  readonly stdout: Buffer;
  /** True when there was more than `maxBytes`; `exitCode` then says nothing. */
  readonly cut: boolean;
}

/**
 * Runs a program to its end, as a child of this very process, and keeps what it prints. Throws `ToolError("unavailable")` when it cannot be
 * started, and the signal's reason, with the whole group dead, when that fires.
 */
export async function runHere(
  program: string,
  args: readonly string[],
  options: RunOptions,
): Promise<RunResult> {
  const { maxBytes = MAX_BYTES, ...startOptions } = options;
  await using running = await start(program, args, startOptions);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of running.stdout) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > maxBytes) break;
  }
  const cut = size > maxBytes;
  if (cut) await running.stop();
  const { exitCode, stderr } = await running.ended;
  return { stdout: Buffer.concat(chunks).subarray(0, maxBytes), cut, exitCode, stderr };
}
