import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { ToolError, isErrno } from "../errors.ts";
import { childEnvironment } from "./environment.ts";
import { isRunning, killGroup, watchGroup } from "./kill.ts";

const MAX_ERROR_BYTES = 64 * 1024;
/** How long output may still come after the program ended, from a process that left its group. */
const DRAIN_MS = 1_000;

/** How to start a program. */
export interface StartOptions {
  /** Its abort kills the program and everything that it started. */
  readonly signal: AbortSignal;
  readonly cwd?: string;
  /** A file descriptor, or the bytes to write; nothing when left out. */
  readonly stdin?: number | string | Uint8Array;
  /** Beside the short list of variables that every child gets. */
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds that it has between the polite signal and the one that cannot be refused; 500 when left out. */
  readonly graceMs?: number;
}

/** How a program ended. */
export interface Ended {
  /** Undefined when a signal ended it. */
  readonly exitCode: number | undefined;
  /** True when it did not end by itself: it still ran when it was aborted or stopped. */
  readonly stopped: boolean;
  /** The first 64 KiB: foreign text, for `details` and logs only. */
  readonly stderr: string;
}

/** A running program, in a process group of its own. Disposing it kills it and waits for its end. */
export interface Running extends AsyncDisposable {
  /** Ends with the program; throws the signal's reason when it was aborted. Read it, or the program waits. */
  readonly stdout: AsyncIterable<Buffer>;
  readonly ended: Promise<Ended>;
  stop(): Promise<void>;
}

/**
 * Starts a program from an argument array, without a shell. Throws `ToolError("unavailable")` when it cannot
 * be started, the signal's reason when that has fired already.
 */
export async function start(
  program: string,
  args: readonly string[],
  options: StartOptions,
): Promise<Running> {
  options.signal.throwIfAborted();
  const child = await spawned(program, args, options);
  watchGroup(child);
  return follow(child, options);
}

async function spawned(
  program: string,
  args: readonly string[],
  { cwd, stdin, env }: StartOptions,
): Promise<ChildProcess> {
  try {
    const child = spawn(program, args, {
      cwd,
      env: childEnvironment(env),
      stdio: [stdin === undefined ? "ignore" : typeof stdin === "number" ? stdin : "pipe", "pipe", "pipe"],
      detached: process.platform !== "win32",
      windowsHide: true,
    });
    await once(child, "spawn");
    return child;
  } catch (error) {
    if (!isSpawnFailure(error)) throw error;
    throw new ToolError("unavailable", `the program ${program} could not be started`, {
      hint: isErrno(error, "ENOENT") ? "Install it, or put its folder into PATH." : "Try again later.",
      cause: error,
    });
  }
}

/** What the operating system said to it; some of that is thrown, some comes as an event. */
function isSpawnFailure(error: unknown): boolean {
  return error instanceof Error && "syscall" in error && String(error.syscall).startsWith("spawn");
}

function follow(child: ChildProcess, { signal, stdin, graceMs }: StartOptions): Running {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error("a child was started without its pipes");
  const kept = keepFirst(stderr);
  let stopped = false;
  const ended = new Promise<Ended>((resolve) => {
    child.once("close", (exitCode) => resolve({ exitCode: exitCode ?? undefined, stopped, stderr: kept() }));
  });
  const kill = (): void => {
    stopped ||= isRunning(child);
    killGroup(child, graceMs);
  };
  signal.addEventListener("abort", kill, { once: true });
  if (signal.aborted) kill();
  child.once("exit", () => {
    const timer = setTimeout(() => [stdout, stderr].forEach((pipe) => pipe.destroy()), DRAIN_MS);
    child.once("close", () => clearTimeout(timer));
  });
  child.once("close", () => signal.removeEventListener("abort", kill));
  // A program may end without reading what it is given.
  child.stdin?.on("error", () => undefined).end(typeof stdin === "number" ? undefined : stdin);
  const stop = async (): Promise<void> => {
    kill();
    for (const pipe of [stdout, stderr]) pipe.destroy();
    await ended;
  };
  return { stdout: chunksOf(stdout, signal), ended, stop, [Symbol.asyncDispose]: stop };
}

async function* chunksOf(pipe: Readable, signal: AbortSignal): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of pipe as AsyncIterable<unknown>) if (Buffer.isBuffer(chunk)) yield chunk;
  } catch (error) {
    if (!isErrno(error, "ERR_STREAM_PREMATURE_CLOSE")) throw error;
  }
  signal.throwIfAborted();
}

function keepFirst(pipe: Readable): () => string {
  const chunks: Buffer[] = [];
  let room = MAX_ERROR_BYTES;
  pipe.on("data", (chunk: Buffer) => {
    if (room > 0) chunks.push(chunk.subarray(0, room));
    room -= chunk.length;
  });
  return () => Buffer.concat(chunks).toString("utf8");
}
