import { ToolError } from "../../shared/errors.ts";
import { openText } from "../../shared/workspace/text-file.ts";
import type { FilesystemContext } from "./deps.ts";
import { openFile } from "./open.ts";
import { describeBinary } from "./read-bytes.ts";
import { readText, type TextAnswer } from "./read-text.ts";

/** A file that gets less than this is not read at all. */
const LEAST_SHARE = 400;
const LONGEST_LABEL = 150;

/**
 * Reads several files into one budget: the smallest first, and what one leaves of its share goes to the larger
 * ones. A file that cannot be read has its failure for an answer. In the order that was asked for.
 */
export async function readShared(
  paths: readonly string[],
  budget: number,
  context: FilesystemContext,
): Promise<readonly TextAnswer[]> {
  const sizes = await Promise.all(paths.map((path) => sizeOf(path, context)));
  const bySize = paths.map((path, index) => ({ path, index, size: sizes[index] ?? 0 }));
  bySize.sort((one, other) => one.size - other.size);
  const room = Math.floor(budget / LEAST_SHARE);
  const chosen = bySize.slice(0, room >= paths.length ? room : Math.max(0, room - 1));
  const answers = new Map<number, TextAnswer>();
  let left = budget - (chosen.length < paths.length ? LEAST_SHARE : 0);
  for (const [done, { path, index }] of chosen.entries()) {
    const answer = await readOne(path, Math.floor(left / (chosen.length - done)), context);
    answers.set(index, answer);
    left -= answer.header.length + answer.text.length;
  }
  const found = paths.flatMap((_, index) => answers.get(index) ?? []);
  const missing = paths.filter((_, index) => !answers.has(index));
  return missing.length === 0 ? found : [noRoomFor(missing), ...found];
}

async function sizeOf(path: string, { workspace, access }: FilesystemContext): Promise<number> {
  try {
    return (await workspace.stat(workspace.locate(path), access, { follow: true })).size;
  } catch (error) {
    // Reading it tells why, in its own part of the answer.
    if (error instanceof ToolError) return 0;
    throw error;
  }
}

async function readOne(path: string, share: number, context: FilesystemContext): Promise<TextAnswer> {
  const label = `${labelOf(path)}: `;
  const budget = share - label.length;
  try {
    await using file = await openFile(path, context);
    const text = await openText(file);
    const { format } = text;
    if (format === undefined)
      return labelled(label, { header: await describeBinary(text, context.signal), text: "" });
    const source = { text: { ...text, format }, stat: file.stat, signal: context.signal };
    return labelled(label, await readText(source, { budget }));
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    const hint = error.hint === undefined ? "" : `; ${error.hint}`;
    return { header: `[${label}${error.code}: ${error.message}${hint}]`.slice(0, share), text: "" };
  }
}

function labelled(label: string, { header, text }: TextAnswer): TextAnswer {
  return { header: `[${label}${header.slice(1)}`, text };
}

function noRoomFor(paths: readonly string[]): TextAnswer {
  const names = paths.map(labelOf).join(", ");
  const shown = names.length > 250 ? `${names.slice(0, 250)}…` : names;
  return { header: `[partial: no room for ${paths.length} of the files: ${shown}; raise budget]`, text: "" };
}

function labelOf(path: string): string {
  const line = /[\p{Cc}\p{Zl}\p{Zp}]/u.test(path) ? JSON.stringify(path) : path;
  return line.length > LONGEST_LABEL ? `…${line.slice(1 - LONGEST_LABEL)}` : line;
}
