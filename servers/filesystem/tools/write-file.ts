import * as z from "zod";
import { ToolError } from "../../../shared/errors.ts";
import type { Draft } from "../../../shared/workspace/change/draft.ts";
import { changeHeader, hashNote, plural } from "../change-notes.ts";
import { tool, type FilesystemContext } from "../deps.ts";
import { flag, hashField } from "../fields.ts";
import { fromBase64, fromText } from "../new-content.ts";
import { checkHash, openTarget, type OpenTarget } from "../open-target.ts";
import { writeViews } from "../views/write-views.ts";

interface Request {
  readonly path: string;
  readonly content: string;
  readonly as: "text" | "base64";
  readonly expectedHash?: string | undefined;
  readonly overwrite: boolean;
}

export default tool({
  name: "write_file",
  title: "Write file",
  description:
    "Creates a file and its directories. An existing one is replaced only with expectedHash or overwrite, in its own encoding and line ends. To change a part: edit_file.",
  effect: "write",
  reach: "local",
  input: z.strictObject({
    path: z.string().describe("File."),
    content: z.string().describe("All of it."),
    as: z.enum(["text", "base64"]).default("text").describe("Form of content."),
    expectedHash: hashField,
    overwrite: flag("Replace whatever it holds."),
  }),
  touches: ({ path }) => ({ paths: [path] }),
  views: { as: ["Write"], of: writeViews },

  async run(input, context): Promise<string> {
    const { workspace, access, signal } = context;
    const { root, parts } = workspace.locate(input.path);
    return await workspace.changes.settled([root.path, ...parts].join("/"), signal, async () => {
      await using draft = workspace.changes.draft(access);
      return await write(draft, input, context);
    });
  },

  render: (text) => text,
});

async function write(draft: Draft, input: Request, context: FilesystemContext): Promise<string> {
  const { workspace } = context;
  const target = draft.target(workspace.locate(input.path), "follow");
  if (target.before !== undefined) return await replace(draft, input, context);
  if (input.expectedHash !== undefined)
    throw new ToolError("conflict", `there is no ${target.shown} any more`, {
      hint: "Leave out expectedHash to create it.",
    });
  const { bytes } = await contentOf(input, undefined, context.signal);
  const stamp = await draft.put(target, bytes);
  const { id } = await workspace.changes.commit(draft, context.by);
  return changeHeader(`created ${target.shown}`, [plural(bytes.length, "byte"), hashNote(stamp)], id);
}

async function replace(draft: Draft, input: Request, context: FilesystemContext): Promise<string> {
  const { workspace, signal, by } = context;
  await using old = await openTarget(draft, input.path, context);
  const { target, held } = old;
  if (input.expectedHash === undefined && !input.overwrite)
    throw new ToolError("conflict", `${target.shown} is there already, ${plural(old.text.size, "byte")}`, {
      hint: "Read it and give its hash as expectedHash, or overwrite: true; edit_file changes a part.",
    });
  await checkHash(old, input.expectedHash, signal);
  const { bytes, notes } = await contentOf(input, old, signal);
  if (held?.equals(bytes) === true) return changeHeader(`${target.shown} holds exactly that already`, notes);
  const stamp = await draft.put(target, bytes, { basis: held });
  const { id } = await workspace.changes.commit(draft, by);
  const facts = [`${old.text.size} bytes before, ${bytes.length} now`, ...notes, hashNote(stamp)];
  return changeHeader(`replaced ${target.shown}`, facts, id);
}

function contentOf({ content, as }: Request, old: OpenTarget | undefined, signal: AbortSignal) {
  return as === "base64" ? fromBase64(content) : fromText(content, old, signal);
}
