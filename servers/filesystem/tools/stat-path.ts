import * as z from "zod";
import { ToolError } from "../../../shared/errors.ts";
import { detectKind } from "../../../shared/workspace/text-file-kind.ts";
import { hashFile, openText, scanText } from "../../../shared/workspace/text-file.ts";
import { tool, type FilesystemContext } from "../deps.ts";
import { flag } from "../fields.ts";
import { openFile, withHelp } from "../open.ts";
import { statViews } from "../views/search-views.ts";

export default tool({
  name: "stat_path",
  title: "Stat path",
  description:
    "Tells kind, size, time, mode, link target, encoding and line ends of a path, not its content.",
  effect: "read",
  reach: "local",
  input: z.strictObject({
    path: z.string().describe("Any path."),
    hash: flag("Add hash and lines."),
  }),
  touches: ({ path }) => ({ paths: [path] }),
  views: { as: ["Glob"], of: statViews },

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
