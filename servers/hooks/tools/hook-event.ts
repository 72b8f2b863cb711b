import * as z from "zod";
import { ToolError } from "../../../shared/errors.ts";
import { tool } from "../deps.ts";

const MAX_DEPTH = 64;

export default tool({
  name: "hook_event",
  title: "Forward event",
  description:
    "For clients: runs the hooks of an event that only they see, such as UserPromptSubmit or Stop. The answer is their output, shaped as Claude Code's. Not needed for calls of these tools.",
  // what a hook does is the person's own program; it may change anything
  effect: "write",
  reach: "local",
  input: z.strictObject({
    event: z.string().max(100).describe("Name, as in Claude Code."),
    payload: z
      .union([z.record(z.string(), z.unknown()), z.string()])
      .refine((payload) => !isDeeper(payload, MAX_DEPTH), `nested deeper than ${MAX_DEPTH} levels`)
      .default({})
      .describe("Its fields, as an object or as JSON."),
  }),

  async run({ event, payload }, { hooks, client, signal }): Promise<Readonly<Record<string, unknown>>> {
    return await hooks.forward(event, fieldsOf(payload), { caller: client.id, name: client.name, signal });
  },

  render: (output) => JSON.stringify(output),
});

const fields = z
  .record(z.string(), z.unknown())
  .refine((given) => !isDeeper(given, MAX_DEPTH), `nested deeper than ${MAX_DEPTH} levels`);

/** Hooks are told it as JSON, and whatever writes JSON calls itself for every level. */
function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((each) => isDeeper(each, levels - 1));
}

/** Clients that can only fill texts into arguments give JSON. */
function fieldsOf(payload: Readonly<Record<string, unknown>> | string): Readonly<Record<string, unknown>> {
  if (typeof payload !== "string") return payload;
  try {
    return fields.parse(JSON.parse(payload));
  } catch (cause) {
    throw new ToolError("invalid_input", "payload is no JSON object", {
      hint: 'Give the event\'s fields, such as {"prompt": "…"}.',
      cause,
    });
  }
}
