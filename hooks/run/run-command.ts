import { ToolError, isErrno } from "../../shared/errors.ts";
import { escapeForPerson } from "../../shared/escape-for-person.ts";
import { start, type Running } from "../../shared/process/start.ts";
import type { Handler } from "../handler.ts";
import type { HandlerRun } from "../outcome.ts";
import { findShell } from "./find-shell.ts";
import { KeptOutput } from "./kept-output.ts";
import { StopSignal } from "./stop-signal.ts";
import { unstartable } from "./unstartable.ts";

/** Between the polite signal and the one that cannot be refused. */
const GRACE_MS = 2_000;

export interface AboutCommand {
  /** Absolute. */
  readonly cwd: string;
  /** What it reads: the payload as JSON. */
  readonly stdin: string;
  /** From `hookEnvironment`. */
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/**
 * Runs a command handler to its end or its time-out, in a process group of which nothing is left then. Throws the
 * signal's reason, with the group dead, when that fires; every other ending is a result.
 */
export async function runCommand(handler: Handler, about: AboutCommand): Promise<HandlerRun> {
  const { cwd, stdin, env, signal } = about;
  const began = performance.now();
  using limit = new StopSignal([signal], handler.timeoutMs);
  try {
    const [program, args] = await argvOf(handler, env);
    await using running = await start(program, args, {
      cwd,
      stdin,
      env,
      signal: limit.signal,
      graceMs: GRACE_MS,
    });
    const output = await read(running, limit.signal);
    const { exitCode, stopped, stderr } = await running.ended;
    signal.throwIfAborted();
    return {
      end: stopped ? "timeout" : exitCode === undefined ? "signal" : "exit",
      ...(stopped || exitCode === undefined ? {} : { code: exitCode }),
      stdout: output.text,
      cut: output.cut,
      stderr,
      ms: Math.round(performance.now() - began),
    };
  } catch (error) {
    signal.throwIfAborted();
    if (limit.signal.aborted) return { ...unstartable(""), end: "timeout" };
    if (!(error instanceof ToolError)) throw error;
    return unstartable(reasonOf(error, cwd));
  }
}

/** A program that floods us still gets to its exit code. */
async function read({ stdout }: Running, limit: AbortSignal): Promise<KeptOutput> {
  const output = new KeptOutput();
  try {
    for await (const chunk of stdout) output.add(chunk);
  } catch (error) {
    if (!limit.aborted) throw error;
  }
  return output;
}

async function argvOf(
  { command = "", args, shell }: Handler,
  env: Variables,
): Promise<[string, readonly string[]]> {
  if ([command, ...(args ?? [])].some((each) => each.includes("\0")))
    throw new ToolError("invalid_input", "the command holds a NUL character");
  if (args !== undefined) {
    const words = [command, ...args];
    const [program = "", ...rest] = words.map((word, index) =>
      isShellCode(words.slice(0, index)) ? word : fillPlaceholders(word, env),
    );
    return [program, rest];
  }
  const { program, flags } = await findShell(shell ?? "bash");
  // Nothing is put into the line: a folder may be called `$(touch x)`, and the shell reads variables by itself.
  return [program, [...flags, command]];
}

type Variables = Readonly<Record<string, string>>;

const SHELL = /(?:^|\/)(?:ba|da|z|k|a)?sh$/u;

/** After `bash -c`: the shell reads the variable by itself, and a folder may be called `$(touch x)`. */
function isShellCode(before: readonly string[]): boolean {
  return /^-[a-z]*c$/u.test(before.at(-1) ?? "") && before.some((word) => SHELL.test(word));
}

const PLACEHOLDER =
  /\$(?:\{((?:CLAUDE|PLUMBLINE)_PROJECT_DIR)\}|((?:CLAUDE|PLUMBLINE)_PROJECT_DIR)(?![A-Za-z0-9_]))/gu;

function fillPlaceholders(text: string, env: Variables): string {
  return text.replaceAll(
    PLACEHOLDER,
    (whole, braced?: string, bare?: string) => env[braced ?? bare ?? ""] ?? whole,
  );
}

function reasonOf({ message, cause }: ToolError, cwd: string): string {
  const words = escapeForPerson(message);
  if (isErrno(cause, "ENOENT"))
    return `${words}: there is no such program, or no folder ${escapeForPerson(cwd)}`;
  if (isErrno(cause, "EACCES")) return `${words}: it may not be executed`;
  return cause instanceof Error && "code" in cause ? `${words}: ${String(cause.code)}` : words;
}
