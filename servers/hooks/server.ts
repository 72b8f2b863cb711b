import * as z from "zod";
import { defineServer } from "../../shared/server.ts";
import hookEvent from "./tools/hook-event.ts";
import hooksStatus from "./tools/hooks-status.ts";

export default defineServer({
  name: "hooks",
  summary: "Hook scripts around every call: why each ran or did not, and a way in for a client's own events.",
  instructions:
    "Hook scripts that the person configured run around every tool call by themselves. hooks_status tells which there are and why one ran or did not; hook_event is for clients that forward events of their own.",
  options: z.strictObject({}),
  tools: [hookEvent, hooksStatus],
  async open(_options, { hooks }) {
    return { hooks };
  },
});
