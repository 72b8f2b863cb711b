import { ToolError } from "../../shared/errors.ts";
import { KillableWorker } from "../../shared/process/killable-worker.ts";
import { fillVariables } from "./fill-variables.ts";
import { MOST_CHARACTERS, type LiquidJob, type LiquidReply } from "./liquid-job.ts";
import { leftAlone, MOST_BYTES, type Rendered, type Variables } from "./template-problem.ts";

const ANSWER_MS = 1_000;
const MEGABYTES = 64;

export interface RenderAbout {
  readonly kind: "vars" | "liquid";
  /** Strings and lists of strings; 256 KiB of them at most. */
  readonly variables: Variables;
  readonly signal: AbortSignal;
}

/** Fills in templates: `vars` here, Liquid in a process of its own that is killed after a second. Close it. */
export class Templates {
  readonly #worker = new KillableWorker<LiquidJob, LiquidReply>("template-worker", {
    answerMs: ANSWER_MS,
    megabytes: MEGABYTES,
  });

  /**
   * A template that fails stays as it is written, with the reason. Throws the signal's reason when it is aborted, and
   * `cancelled` after `close`.
   */
  async render(text: string, { kind, variables, signal }: RenderAbout): Promise<Rendered> {
    signal.throwIfAborted();
    if (kind === "vars") return fillVariables(text, variables);
    if (!/\{[{%]/u.test(text)) return { text, problems: [] };
    const pairs = Object.entries(variables);
    if (text.length > MOST_CHARACTERS)
      return leftAlone(text, `it is longer than ${MOST_CHARACTERS} characters`);
    if (lengthOf(pairs) > MOST_BYTES) return leftAlone(text, "its variables are too long");
    const reply = await this.#ask({ text, variables: pairs }, signal);
    if ("text" in reply) return { text: reply.text, problems: [] };
    return leftAlone(text, reply.failed.why, reply.failed.line);
  }

  close(): Promise<void> {
    return this.#worker.close();
  }

  async #ask(job: LiquidJob, signal: AbortSignal): Promise<LiquidReply> {
    try {
      return await this.#worker.ask(job, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ToolError) || error.code === "cancelled") throw error;
      return { failed: { why: WORDS[error.code] ?? "it could not be rendered" } };
    }
  }
}

const WORDS: Partial<Record<ToolError["code"], string>> = {
  timeout: "it takes too long",
  too_large: "it needs too much memory",
  unavailable: "Liquid could not be started",
};

function lengthOf(pairs: LiquidJob["variables"]): number {
  return pairs.reduce((sum, [name, value]) => sum + name.length + [value].flat().join("").length, 0);
}
