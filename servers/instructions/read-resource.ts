import * as z from "zod";
import { ToolError } from "../../shared/errors.ts";
import { escapeForPerson } from "../../shared/escape-for-person.ts";
import { budgetField, MAX_BUDGET } from "../../shared/limits.ts";
import { tool } from "./deps.ts";

const START = "instructions:///";

/** Reads what applies to a file or folder as one text. No list of tools shows it. */
export const readResource = tool({
  name: "read_resource",
  title: "Read resource",
  description: "Reads the instructions for a file or folder as one text.",
  effect: "read",
  reach: "local",
  input: z.strictObject({
    uri: z.string().describe("instructions:///path"),
    budget: budgetField.default(MAX_BUDGET),
  }),
  touches: ({ uri }) => ({ paths: [decodedTarget(uri) ?? uri] }),

  async run({ uri }, { instructions, signal }): Promise<string> {
    const target = targetOf(uri);
    const { mergedText } = await instructions.load({ target, signal });
    return mergedText === "" ? `[no instructions for ${escapeForPerson(target)}]` : mergedText;
  },

  render: (text) => text,
});

/** True for the URI of a target's instructions. */
export function isInstructionsUri(uri: string): boolean {
  return uri.startsWith(START);
}

/** The target that a URI names, relative to the first root or absolute. Throws `invalid_input` for any other URI. */
export function targetOf(uri: string): string {
  const target = decodedTarget(uri);
  if (target !== undefined) return target;
  throw new ToolError("invalid_input", "the URI is not one of instructions", {
    hint: `It has the form ${START}src/main.ts, or ${START}/absolute/path.`,
  });
}

function decodedTarget(uri: string): string | undefined {
  if (!isInstructionsUri(uri)) return undefined;
  try {
    return decodeURIComponent(uri.slice(START.length)) || ".";
  } catch {
    return undefined;
  }
}
