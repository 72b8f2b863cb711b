import { Alarms } from "../alarms.ts";
import { outcomeOf, outcomeOfError } from "../audit/outcome.ts";
import type { Outcome } from "../audit/outcome.ts";
import type { Stage } from "../call.ts";
import type { Progress } from "../context.ts";
import type { StatusFeed } from "./feed.ts";
import { throttleProgress, type ThrottledProgress } from "./throttle-progress.ts";

/** A call that takes longer is announced while it runs. */
const SLOW_MS = 250;

/** Publishes when a call is slow, its progress, its end, and failures that are ours; paces its progress reports. */
export function withStatus(feed: StatusFeed): Stage {
  const slow = new Alarms();
  return (endpoint) => {
    const tool = `${endpoint.tool.server}.${endpoint.tool.name}`;
    return {
      tool: endpoint.tool,
      async call(input, call) {
        const about = { call: call.id, tool };
        const started = performance.now();
        const quiet = slow.set(SLOW_MS, () =>
          feed.publish({ category: "tool", message: "still running", ...about }),
        );
        const deliver = (step: Progress): void => {
          const { message = "", ...numbers } = step;
          feed.publish({ category: "progress", message, ...numbers, ...about });
          call.report(step);
        };
        let open = true;
        // Made for the first report, since most calls make none.
        let progress: ThrottledProgress | undefined;
        const report = (step: Progress): void => {
          if (open) (progress ??= throttleProgress(deliver)).report(step);
        };
        const close = (outcome: Outcome): void => {
          open = false;
          quiet();
          progress?.finish();
          const message = `${outcome} after ${Math.round(performance.now() - started)} ms`;
          feed.publish({ category: "tool", message, ...about });
          if (outcome === "internal") feed.publish({ category: "error", message: "failed inside", ...about });
        };
        try {
          const answer = await endpoint.call(input, { ...call, report });
          close(outcomeOf(answer));
          return answer;
        } catch (error) {
          close(outcomeOfError(error, call.signal));
          throw error;
        }
      },
    };
  };
}
