import type { Log } from "../../shared/context.ts";
import { ToolError } from "../../shared/errors.ts";
import { escapeForPerson } from "../../shared/escape-for-person.ts";
import { Turnstile } from "../../shared/pipeline/turnstile.ts";
import type { LoadedHandler } from "../handler.ts";
import type { HandlerRun } from "../outcome.ts";
import { notRunHere } from "../run-here.ts";
import { hookEnvironment } from "./hook-environment.ts";
import { runCommand } from "./run-command.ts";
import { StopSignal } from "./stop-signal.ts";
import { unstartable } from "./unstartable.ts";

const AT_ONCE = 4;
const WAITING = 1_000;
/** Of those that nobody waits for. */
const MAX_BEHIND = 16;

type Payload = Readonly<Record<string, unknown>>;

export interface HandlerRunnerOptions {
  /** What http handlers may call, as `findAllowedUrl` reads it. */
  readonly allowedUrls: readonly string[];
  /** Names of variables that the person lets hooks have. */
  readonly variables: readonly string[];
  /** Where a handler works that has no root. */
  readonly home: string;
  readonly log: Log;
}

export interface AboutRun {
  /** Does not end a handler that nobody waits for. */
  readonly signal: AbortSignal;
  /** Where a handler from the home folders works; may be empty. */
  readonly root: string;
  /** `<server>.<tool>`. */
  readonly tool?: string;
  /** Asked when its turn has come, right before it starts. */
  readonly mayStart?: () => Promise<boolean>;
}

/** Runs the handlers of this process, a few at once and the others in their order. Knows nothing of trust. */
export class HandlerRunner {
  readonly #options: HandlerRunnerOptions;
  readonly #turnstile = new Turnstile(AT_ONCE, WAITING);
  readonly #closing = new AbortController();
  readonly #running = new Set<Promise<unknown>>();
  #behind = 0;

  constructor(options: HandlerRunnerOptions) {
    this.#options = options;
  }

  /**
   * Runs a handler, with the payload as JSON. `started`: it is one that nobody waits for, and how it ends goes to the
   * log. Throws the signal's reason, with everything dead that it started, `ToolError("cancelled")` at `close`, and
   * `ToolError("unavailable")` when too many wait: who is flooded with calls must not let them pass unguarded.
   */
  async run(loaded: LoadedHandler, payload: Payload, about: AboutRun): Promise<HandlerRun | "started"> {
    about.signal.throwIfAborted();
    this.#closing.signal.throwIfAborted();
    const { async: isBehind, type } = loaded.handler;
    if (loaded.off !== undefined) return unstartable(loaded.off);
    if (type !== "command" && type !== "http") return unstartable(notRunHere(type));
    if (!isBehind) return this.#track(this.#runInTurn(loaded, payload, about));
    if (this.#behind >= MAX_BEHIND)
      return unstartable(`${MAX_BEHIND} handlers that nobody waits for are running already`);
    void this.#track(this.#runBehind(loaded, payload, about));
    return "started";
  }

  /** Ends every handler, waits until all are gone, and runs no more. */
  async close(): Promise<void> {
    this.#closing.abort(new ToolError("cancelled", "no more hooks are run, the server is stopping"));
    await Promise.allSettled(this.#running);
  }

  async #track<Result>(work: Promise<Result>): Promise<Result> {
    this.#running.add(work);
    try {
      return await work;
    } finally {
      this.#running.delete(work);
    }
  }

  async #runInTurn(loaded: LoadedHandler, payload: Payload, about: AboutRun): Promise<HandlerRun> {
    using stop = new StopSignal([about.signal, this.#closing.signal]);
    const leave = await this.#turnstile.enter(stop.signal);
    if (leave === undefined)
      throw new ToolError("unavailable", `${WAITING} hooks are waiting for their turn already`, {
        hint: "Call again when other calls have ended, or about fewer files at once.",
      });
    try {
      return await this.#dispatch(loaded, payload, { ...about, signal: stop.signal });
    } finally {
      leave();
    }
  }

  async #runBehind(loaded: LoadedHandler, payload: Payload, about: AboutRun): Promise<void> {
    const { log } = this.#options;
    const name = `${loaded.handler.at} of ${escapeForPerson(loaded.source.file)}`;
    this.#behind += 1;
    try {
      const { end, code, stderr } = await this.#dispatch(loaded, payload, {
        ...about,
        signal: this.#closing.signal,
      });
      const [words = ""] = stderr.split("\n", 1);
      const isGood = (end === "exit" && code === 0) || (end === "http" && isSuccess(code));
      log(
        isGood ? "debug" : "warn",
        `${name} ended: ${end} ${code ?? ""} ${escapeForPerson(words.slice(0, 200))}`,
      );
    } catch (error) {
      if (!this.#closing.signal.aborted) log("error", `${name} failed: ${escapeForPerson(String(error))}`);
    } finally {
      this.#behind -= 1;
    }
  }

  async #dispatch(
    { handler, source }: LoadedHandler,
    payload: Payload,
    about: AboutRun,
  ): Promise<HandlerRun> {
    const { allowedUrls, variables, home } = this.#options;
    const { signal, root: given, mayStart, ...rest } = about;
    if (mayStart !== undefined && !(await mayStart()))
      return unstartable("it changed while it waited for its turn");
    const { env } = process;
    // only now: each of many that wait would hold a text of its own
    const text = JSON.stringify(payload);
    if (handler.type === "http") {
      const { runHttp } = await import("./run-http.ts");
      return runHttp(handler, { body: text, allowedUrls, allowedVariables: variables, env, signal });
    }
    const root = source.root ?? (given === "" ? home : given);
    const own = hookEnvironment({ root, event: handler.event, extra: variables, env, ...rest });
    return runCommand(handler, { cwd: root, stdin: text, env: own, signal });
  }
}

function isSuccess(code = 0): boolean {
  return code >= 200 && code < 300;
}
