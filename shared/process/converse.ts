import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { ToolError } from "../errors.ts";
import { childEnvironment } from "./environment.ts";
import { killGroup, watchGroup } from "./kill.ts";

const MAX_ERROR_CHARS = 8_000;

/** A program that is spoken to line by line. Disposing it closes its input and, after a moment, kills its group. */
export interface Conversation extends AsyncDisposable {
  say(line: string): void;
  /** Its next line. Throws `ToolError("external")` with what it wrote to stderr when it ends instead. */
  hear(): Promise<string>;
}

export interface ConverseOptions {
  /** Its abort kills the program; a wait for a line then throws the signal's reason. */
  readonly signal: AbortSignal;
  readonly cwd: string;
  /** Beside the short list of variables that every child gets. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts a program and speaks with it over stdin and stdout. Throws when it cannot be started. */
export async function converse(
  program: string,
  args: readonly string[],
  { signal, cwd, env }: ConverseOptions,
): Promise<Conversation> {
  signal.throwIfAborted();
  const child = spawn(program, args, {
    cwd,
    env: childEnvironment(env),
    stdio: "pipe",
    detached: process.platform !== "win32",
    windowsHide: true,
  });
  await once(child, "spawn");
  watchGroup(child);
  const kill = (): void => killGroup(child);
  signal.addEventListener("abort", kill, { once: true });
  const ended = once(child, "close").then(() => signal.removeEventListener("abort", kill));
  const stderr = keepStart(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  // a program may end without reading what it is told
  child.stdin.on("error", () => undefined);
  return {
    say: (line) => void child.stdin.write(`${line}\n`),
    async hear() {
      const next = await lines.next();
      signal.throwIfAborted();
      if (next.done !== true) return next.value;
      await ended;
      throw new ToolError("external", "the program ended before it answered", { details: stderr() });
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      const timer = setTimeout(kill, 3_000);
      await ended;
      clearTimeout(timer);
    },
  };
}

function keepStart(child: ChildProcessWithoutNullStreams): () => string {
  let text = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    if (text.length < MAX_ERROR_CHARS) text = (text + chunk).slice(0, MAX_ERROR_CHARS);
  });
  return () => text;
}
