import { ToolError } from "../../shared/errors.ts";
import type { Draft } from "../../shared/workspace/change/draft.ts";
import type { Target } from "../../shared/workspace/change/find-target.ts";
import { Stale } from "../../shared/workspace/change/shift.ts";
import type { TextFormat } from "../../shared/workspace/text-file-format.ts";
import { detectKind } from "../../shared/workspace/text-file-kind.ts";
import { hashFile, openText, scanText, type TextFile } from "../../shared/workspace/text-file.ts";
import type { OpenFile } from "../../shared/workspace/workspace.ts";
import { quoted } from "../../shared/workspace/contain-errors.ts";
import type { FilesystemContext } from "./deps.ts";
import { openFile } from "./open.ts";

/** Files up to this size are changed in memory. */
const HELD_BYTES = 4 * 1024 * 1024;

/** A file, open, and what its bytes are. The caller closes it. */
export interface OpenSource extends AsyncDisposable {
  readonly shown: string;
  readonly file: OpenFile;
  readonly text: TextFile;
  /** All bytes of a file up to 4 MiB. */
  readonly held: Buffer | undefined;
}

/** A file that is to be changed. */
export interface OpenTarget extends OpenSource {
  readonly target: Target;
}

/** Opens a file to make something of it elsewhere. Throws `not_found` with what may have been meant. */
export async function openSource(path: string, context: FilesystemContext): Promise<OpenSource> {
  const file = await openFile(path, context);
  return await sourceOf(file, quoted(context.workspace.show(file.place)));
}

async function sourceOf(file: OpenFile, shown: string): Promise<OpenSource> {
  try {
    const text = await openText(file);
    const held = text.size <= HELD_BYTES ? await text.read(0, text.size) : undefined;
    return { shown, file, text, held, [Symbol.asyncDispose]: () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Opens a file to change it: what is read is what was looked at, or the change is refused later. */
export async function openTarget(
  draft: Draft,
  path: string,
  context: FilesystemContext,
): Promise<OpenTarget> {
  const target = draft.target(context.workspace.locate(path), "follow");
  if (target.before?.isDirectory() === true)
    throw new ToolError("invalid_input", `${target.shown} is a directory, not a file`, {
      hint: "Give the path of a file in it.",
    });
  if (target.before !== undefined) return { ...(await sourceOf(draft.open(target), target.shown)), target };
  // says what may have been meant; when it is there after all, all of this starts anew
  await (await openFile(path, context)).close();
  throw new Stale(target.shown);
}

/** How the text of a file is to be read, and its line ends; throws `invalid_input` for what is no text. */
export async function textOf(
  { text, shown }: OpenSource,
  signal: AbortSignal,
): Promise<{ readonly format: TextFormat; readonly endings: "LF" | "CRLF" | "mixed" | "none" }> {
  const { format } = text;
  if (format === undefined)
    throw new ToolError(
      "invalid_input",
      `${shown} is not text: ${detectKind(text.head)?.name ?? "binary data"}`,
      {
        hint: 'Only texts are edited; write_file with as: "base64" replaces it whole.',
      },
    );
  const facts = await scanText({ ...text, format }, { line: 1, signal });
  return { format: facts.format, endings: facts.endings };
}

/** Throws `conflict` when the file has another hash than the caller knows. */
export async function checkHash(
  { file, shown }: OpenSource,
  expected: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  if (expected === undefined) return;
  const hash = await hashFile(file, signal);
  if (expected.startsWith(hash) || hash.startsWith(expected)) return;
  throw new ToolError("conflict", `${shown} changed: its hash is ${hash}, not ${expected.slice(0, 16)}`, {
    hint: "Read it again, then retry.",
  });
}
