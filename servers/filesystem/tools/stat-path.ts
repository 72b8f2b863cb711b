import * as z from "zod";
import { ToolError } from "../../../shared/errors.ts";
import { detectKind } from "../../../shared/workspace/text-file-kind.ts";
import { hashFile, openText, scanText } from "../../../shared/workspace/text-file.ts";
import { tool, type FilesystemContext } from "../deps.ts";
import { openFile, withHelp } from "../open.ts";

export default tool({
  name: "stat_path",
  title: "Stat path",
  description:
    "Facts about a path, not its content: kind, size, time, mode; encoding and line ends of a text.",
  effect: "read",
  reach: "local",
  input: z.strictObject({
    path: z.string().describe("File, directory or link."),
    hash: z.boolean().default(false).describe("Add hash and lines."),
  }),
  output: z.strictObject({
    path: z.string(),
    kind: z.string(),
    size: z.int(),
    mtime: z.string(),
    mode: z.string(),
    links: z.int(),
    target: z.string().optional(),
    content: z.string().optional(),
    lineEnds: z.string().optional(),
    lines: z.int().optional(),
    hash: z.string().optional(),
  }),
  touches: ({ path }) => ({ paths: [path] }),

  async run({ path, hash }, context) {
    const { workspace, access } = context;
    const located = workspace.locate(path);
    const facts = await withHelp(located, context, () => workspace.stat(located, access));
    return {
      path: workspace.show(facts.place),
      kind: facts.kind,
      size: facts.size,
      mtime: new Date(facts.mtimeMs).toISOString(),
      mode: facts.mode.toString(8).padStart(4, "0"),
      links: facts.links,
      ...(facts.target === undefined ? {} : { target: facts.target }),
      ...(facts.kind === "file" ? await contentOrNothing(path, hash, context) : {}),
    };
  },
});

/** The facts of a file that may not be read are facts all the same, unless its hash is wanted. */
async function contentOrNothing(path: string, hash: boolean, context: FilesystemContext) {
  try {
    return await contentOf(path, hash, context);
  } catch (error) {
    if (hash || !(error instanceof ToolError)) throw error;
    return {};
  }
}

/** What only the bytes tell: of a large file by its first ones, unless the hash is wanted. */
async function contentOf(path: string, hash: boolean, context: FilesystemContext) {
  await using file = await openFile(path, context);
  const text = await openText(file);
  const { format } = text;
  const hashed = hash ? { hash: await hashFile(file, context.signal) } : {};
  if (format === undefined) return { content: detectKind(text.head)?.name ?? "binary", ...hashed };
  const part = hash ? text : { ...text, size: text.head.length };
  const facts = await scanText({ ...part, format }, { line: 1, signal: context.signal });
  const { encoding, bom } = facts.format;
  return {
    content: `text, ${encoding.toUpperCase()}${bom > 0 ? " with BOM" : ""}`,
    lineEnds: facts.endings,
    ...(hash && facts.lines !== undefined ? { lines: facts.lines } : {}),
    ...hashed,
  };
}
