import { fileURLToPath } from "node:url";
import * as z from "zod";
import { ToolError } from "../../shared/errors.ts";
import { budgetField, MAX_BUDGET } from "../../shared/limits.ts";
import type { Part } from "../../shared/tool.ts";
import { decodeText } from "../../shared/workspace/text-file-format.ts";
import { detectKind } from "../../shared/workspace/text-file-kind.ts";
import { openText, scanText } from "../../shared/workspace/text-file.ts";
import { tool } from "./deps.ts";
import { openFile } from "./open.ts";
import { resourceViews } from "./views/read-views.ts";

/** Bytes of a resource: as base64 they are still within the largest budget. */
const MOST_BYTES = 1_490_000;

/** Reads a file as a resource: the whole of it and nothing else. No list of tools shows it. */
export const readResource = tool({
  name: "read_resource",
  title: "Read resource",
  description: "Reads a file below a root by its file URI.",
  effect: "read",
  reach: "local",
  input: z.strictObject({
    uri: z.string().describe("file:///absolute/path"),
    budget: budgetField.default(MAX_BUDGET),
  }),
  touches: ({ uri }) => ({ paths: [decodedPath(uri) ?? uri] }),
  views: {
    as: ["Read"],
    of(own, context) {
      const path = decodedPath(own.uri);
      return path === undefined ? [] : resourceViews({ own, path }, context);
    },
  },

  async run({ uri }, context): Promise<readonly Part[]> {
    await using file = await openFile(pathOf(uri), context);
    const text = await openText(file);
    if (text.size > MOST_BYTES)
      throw new ToolError("too_large", `the file has ${text.size} bytes, a resource at most ${MOST_BYTES}`, {
        hint: "read_file reads it by ranges.",
      });
    const bytes = await text.read(0, text.size);
    const { format } = text;
    if (format === undefined) {
      const mimeType = detectKind(text.head)?.image ?? "application/octet-stream";
      return [{ type: "image", data: bytes.toString("base64"), mimeType }];
    }
    const facts = await scanText({ ...text, format }, { line: 1, signal: context.signal });
    return [{ type: "text", text: decodeText(bytes.subarray(facts.format.bom), facts.format.encoding) }];
  },

  render: (parts) => parts,
});

/** The path that a file URI names. Throws `invalid_input` for any other URI. */
export function pathOf(uri: string): string {
  const path = decodedPath(uri);
  if (path !== undefined) return path;
  throw new ToolError("invalid_input", "the URI is not one of a file on this machine", {
    hint: "It has the form file:///absolute/path.",
  });
}

function decodedPath(uri: string): string | undefined {
  try {
    return fileURLToPath(uri);
  } catch {
    return undefined;
  }
}
