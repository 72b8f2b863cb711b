import { ToolError } from "../../shared/errors.ts";
import { MAX_BUDGET } from "../../shared/limits.ts";
import type { Part } from "../../shared/tool.ts";
import { detectKind } from "../../shared/workspace/text-file-kind.ts";
import { HASHED_BYTES, hashFile, type TextFile } from "../../shared/workspace/text-file.ts";

const HEADER_ROOM = 120;

/** What a file that is no text is, and how to get at its bytes. */
export async function describeBinary(file: TextFile, signal: AbortSignal): Promise<string> {
  const kind = detectKind(file.head);
  const hash = file.size <= HASHED_BYTES ? `, hash ${await hashFile(file, signal)}` : "";
  const budget = budgetFor(file.size);
  const image =
    kind?.image === undefined || budget > MAX_BUDGET ? "" : `as:"image" with budget ${budget} shows it; `;
  const bytes = 'as:"base64" with offset and length gives its bytes';
  return `[binary: ${kind?.name ?? "unknown kind"}, ${file.size} bytes${hash}; ${image}${bytes}]`;
}

/** A range of bytes as base64, as long as the budget allows. Throws `invalid_input` for an offset behind the end. */
export async function readBase64(
  file: TextFile,
  request: {
    readonly offset?: number | undefined;
    readonly length?: number | undefined;
    readonly budget: number;
  },
): Promise<readonly Part[]> {
  const { offset = 0, budget } = request;
  if (offset > file.size)
    throw new ToolError("invalid_input", `offset ${offset} is behind the end of the file`, {
      hint: `It has ${file.size} bytes.`,
    });
  const room = Math.floor((budget - HEADER_ROOM) / 4) * 3;
  const wanted = Math.min(request.length ?? Infinity, file.size - offset);
  const bytes = await file.read(offset, Math.min(room, wanted));
  const end = offset + bytes.length;
  const range = bytes.length === 0 ? "no bytes" : `bytes ${offset}-${end - 1}`;
  const header = `base64 of ${range} of ${file.size}`;
  const partial = bytes.length < wanted;
  return [
    { type: "text", text: partial ? `[partial: ${header}; go on with offset ${end}]` : `[${header}]` },
    ...(bytes.length === 0 ? [] : [{ type: "text", text: bytes.toString("base64") } as const]),
  ];
}

/** A picture that the client can show. Throws `invalid_input` for what is none, `too_large` beyond the budget. */
export async function readImage(file: TextFile, budget: number): Promise<readonly Part[]> {
  const kind = detectKind(file.head);
  if (kind?.image === undefined)
    throw new ToolError("invalid_input", "the file is not a PNG, JPEG, GIF or WebP image", {
      hint: 'Leave out as, or use as:"base64".',
    });
  const needed = budgetFor(file.size);
  if (needed > budget)
    throw new ToolError("too_large", `the image has ${file.size} bytes, too many for budget ${budget}`, {
      hint:
        needed > MAX_BUDGET ? 'as:"base64" gives its bytes by ranges.' : `Ask again with budget ${needed}.`,
    });
  const bytes = await file.read(0, file.size);
  return [
    { type: "text", text: `[${kind.name}, ${bytes.length} bytes]` },
    { type: "image", data: bytes.toString("base64"), mimeType: kind.image },
  ];
}

/** The budget that a whole file as base64 takes. */
function budgetFor(size: number): number {
  return Math.ceil(size / 3) * 4 + HEADER_ROOM;
}
