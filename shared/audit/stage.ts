import type { Answer, Call, Stage } from "../call.ts";
import type { Part, ToolFacts } from "../tool.ts";
import type { AuditLine } from "./audit-line.ts";
import type { AuditLog } from "./audit-log.ts";
import type { Outcome } from "./outcome.ts";
import { outcomeOf, outcomeOfError } from "./outcome.ts";
import { redact, redactList, redactString } from "./redact.ts";

/**
 * Writes one line for each finished call, failures and refusals too. A call that ends in a question leaves an
 * `asked` line, and its answered run the final one, both with the same id. Rethrows what the call threw.
 */
export function withAudit(log: AuditLog): Stage {
  return (endpoint) => ({
    tool: endpoint.tool,
    async call(input, call) {
      const started = performance.now();
      const close = (outcome: Outcome, chars: number): Promise<unknown> | undefined => {
        const ended = { at: Date.now(), ms: performance.now() - started };
        const line = (): AuditLine => {
          const ms = Math.round(ended.ms * 10) / 10;
          const end = { time: new Date(ended.at).toISOString(), outcome, chars, ms };
          return { ...describe(endpoint.tool, call, input), ...end };
        };
        return log.append(line, { durable: call.record.changed });
      };
      let answer: Answer;
      try {
        answer = await endpoint.call(input, call);
      } catch (error) {
        await close(outcomeOfError(error, call.signal), 0);
        throw error;
      }
      const written = close(outcomeOf(answer), answer.kind === "answer" ? countChars(answer.parts) : 0);
      // Most lines need no wait, and a wait without a reason costs a turn.
      if (written !== undefined) await written;
      return answer;
    },
  });
}

function describe(
  tool: ToolFacts,
  call: Call,
  input: unknown,
): Omit<AuditLine, "time" | "outcome" | "ms" | "chars"> {
  const { record, caller } = call;
  const { paths, argv } = record.touches;
  return {
    id: call.id,
    ...(call.parent === undefined ? {} : { parent: call.parent }),
    trace: call.trace,
    caller: {
      id: redactString(caller.id, 120),
      name: redactString(caller.name, 120),
      ...(caller.version === undefined ? {} : { version: redactString(caller.version, 60) }),
      transport: caller.transport,
    },
    tool: `${tool.server}.${tool.name}`,
    effect: record.effect,
    reach: record.reach,
    tier: record.tier,
    touched: {
      ...(paths === undefined ? {} : { paths: redactList(paths) }),
      ...(argv === undefined ? {} : { argv: redactList(argv) }),
    },
    input: redact(input),
    decision: record.decision,
    ...(record.because === undefined ? {} : { because: redactString(record.because) }),
  };
}

function countChars(parts: readonly Part[]): number {
  return parts.reduce((sum, part) => {
    if (part.type === "text") return sum + part.text.length;
    return sum + (part.type === "image" ? part.data.length : part.uri.length);
  }, 0);
}
