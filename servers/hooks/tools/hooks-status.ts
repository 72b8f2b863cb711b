import * as z from "zod";
import { eventNamed } from "../../../hooks/config/event-of.ts";
import type { HookReport } from "../../../shared/hook-desk.ts";
import { reportLines } from "../report-lines.ts";
import { tool } from "../deps.ts";

export default tool({
  name: "hooks_status",
  title: "Hooks status",
  description:
    "Every hook: where it is configured, what it matches, whether it is approved, its last runs, and why it ran or did not.",
  effect: "read",
  reach: "local",
  input: z.strictObject({
    event: z.string().max(100).optional().describe("Only of this event."),
  }),

  async run({ event }, { hooks }): Promise<HookReport> {
    const only = event === undefined ? undefined : eventNamed(event);
    const report = await hooks.report();
    if (only === undefined) return report;
    return { ...report, handlers: report.handlers.filter((handler) => handler.event === only) };
  },

  render: (report) => reportLines(report).join("\n"),
  shorter: [
    (report) =>
      reportLines({ ...report, handlers: report.handlers.map((each) => ({ ...each, last: [] })) }).join("\n"),
  ],
});
