import * as z from "zod";
import { budgetField, cursorField } from "../../../shared/limits.ts";
import type { Part } from "../../../shared/tool.ts";
import { openText } from "../../../shared/workspace/text-file.ts";
import { tool } from "../deps.ts";
import { openFile } from "../open.ts";
import { describeBinary, readBase64, readImage } from "../read-bytes.ts";
import { readText } from "../read-text.ts";

const line = z.int().min(1).max(1e9).optional();
const bytes = z.int().min(0).max(1e12);

export default tool({
  name: "read_file",
  title: "Read file",
  description:
    "Reads a file: whole, by lines, or its tail; says size, lines and hash. Any encoding; binary files by base64 ranges or as image. For several files use read_files, to find text search_text.",
  effect: "read",
  reach: "local",
  input: z.strictObject({
    path: z.string().describe("File."),
    startLine: line.describe("First line, from 1."),
    endLine: line.describe("Last line."),
    tail: line.describe("Only the last lines."),
    as: z.enum(["text", "base64", "image"]).default("text").describe("Form of the answer."),
    offset: bytes.default(0).describe("First byte, for base64."),
    length: bytes.optional().describe("Bytes, for base64."),
    budget: budgetField,
    cursor: cursorField,
  }),
  touches: ({ path }) => ({ paths: [path] }),

  async run(input, context): Promise<readonly Part[]> {
    await using file = await openFile(input.path, context);
    const text = await openText(file);
    if (input.as === "base64") return await readBase64(text, input);
    if (input.as === "image") return await readImage(text, input.budget);
    const { format } = text;
    if (format === undefined) return [{ type: "text", text: await describeBinary(text, context.signal) }];
    const source = { text: { ...text, format }, stat: file.stat, signal: context.signal };
    const answer = await readText(source, input);
    const header: Part = { type: "text", text: answer.header };
    return answer.text === "" ? [header] : [header, { type: "text", text: answer.text }];
  },

  render: (parts) => parts,
});
