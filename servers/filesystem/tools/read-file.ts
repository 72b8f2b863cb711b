import * as z from "zod";
import { budgetField, cursorField } from "../../../shared/limits.ts";
import type { Part } from "../../../shared/tool.ts";
import { openText } from "../../../shared/workspace/text-file.ts";
import type { OpenFile } from "../../../shared/workspace/workspace.ts";
import { tool } from "../deps.ts";
import { count } from "../fields.ts";
import { openFile } from "../open.ts";
import { describeBinary, readBase64, readImage } from "../read-bytes.ts";
import { readText, type TextRequest } from "../read-text.ts";
import { readViews } from "../views/read-views.ts";

export default tool({
  name: "read_file",
  title: "Read file",
  description:
    "Reads a file whole, by lines or its tail, in any encoding; tells size, lines and hash. Binary: base64 ranges or image. Several files: read_files. To find text: search_text.",
  effect: "read",
  reach: "local",
  input: z.strictObject({
    path: z.string().describe("File."),
    startLine: count("From 1.").optional(),
    endLine: count("Inclusive.").optional(),
    tail: count("Only so many last lines.").optional(),
    as: z.enum(["text", "base64", "image"]).default("text").describe("Form."),
    offset: count("For base64: first byte.", 0).optional(),
    length: count("For base64: bytes.", 0).optional(),
    budget: budgetField,
    cursor: cursorField,
  }),
  touches: ({ path }) => ({ paths: [path] }),
  views: { as: ["Read"], of: readViews },

  async run(input, context): Promise<readonly Part[]> {
    const file = await openFile(input.path, context);
    // Not `await using`, since what Node 20 needs in its place takes a part of the time of a small file.
    try {
      return await partsOf(file, input, context.signal);
    } finally {
      await file.close();
    }
  },

  render: (parts) => parts,
});

interface Form extends TextRequest {
  readonly as: "text" | "base64" | "image";
  readonly offset?: number | undefined;
  readonly length?: number | undefined;
}

async function partsOf(file: OpenFile, form: Form, signal: AbortSignal): Promise<readonly Part[]> {
  const text = await openText(file);
  if (form.as === "base64") return await readBase64(text, form);
  if (form.as === "image") return await readImage(text, form.budget);
  const { format } = text;
  if (format === undefined) return [{ type: "text", text: await describeBinary(text, signal) }];
  const answer = await readText({ text: { ...text, format }, stat: file.stat, signal }, form);
  const header: Part = { type: "text", text: answer.header };
  return answer.text === "" ? [header] : [header, { type: "text", text: answer.text }];
}
