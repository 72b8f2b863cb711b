import { bytesOf, toUnits } from "../../shared/edit/units.ts";
import { ToolError } from "../../shared/errors.ts";
import { textOf, type OpenTarget } from "./open-target.ts";

/** Bytes of a whole new content, and what was done to make them, when anything was. */
export interface NewContent {
  readonly bytes: Buffer;
  readonly notes: readonly string[];
}

/** Exactly the bytes that base64 stands for. Throws `invalid_input` for anything else than base64. */
export function fromBase64(content: string): NewContent {
  const clean = content.replaceAll(/\s/gu, "");
  if (!/^[A-Za-z0-9+/_-]*={0,2}$/u.test(clean))
    throw new ToolError("invalid_input", "the content is no base64", {
      hint: "Or leave out as: it is a text then.",
    });
  return { bytes: Buffer.from(clean, "base64"), notes: [] };
}

/** A new text: UTF-8 as given, or as the text that it replaces is written: its encoding, mark and line ends. */
export async function fromText(
  content: string,
  old: OpenTarget | undefined,
  signal: AbortSignal,
): Promise<NewContent> {
  if (/\p{Surrogate}/u.test(content))
    throw new ToolError("invalid_input", "the content holds half a character (a lone surrogate)");
  if (old?.text.format === undefined) return { bytes: Buffer.from(content, "utf8"), notes: [] };
  const { format, endings } = await textOf(old, signal);
  const { encoding, bom } = format;
  const isMarked = content.startsWith("\ufeff");
  const plain = isMarked && bom > 0 ? content.slice(1) : content;
  const isCrlf = endings === "CRLF" && !plain.includes("\r\n") && plain.includes("\n");
  const units = toUnits(isCrlf ? plain.replaceAll("\n", "\r\n") : plain, encoding);
  if (units === undefined)
    throw new ToolError(
      "invalid_input",
      `${old.target.shown} is latin-1, which cannot say all of the content`,
      {
        hint: "Leave out what is beyond U+00FF, or give the bytes as base64.",
      },
    );
  const mark = await old.text.read(0, bom);
  const notes = [
    ...(encoding === "utf-8" ? [] : [`still ${encoding === "latin-1" ? encoding : encoding.toUpperCase()}`]),
    ...(isCrlf ? ["still with CRLF"] : []),
    ...(endings === "mixed" ? ["line ends as given, they were mixed"] : []),
  ];
  return { bytes: Buffer.concat([mark, bytesOf(units, encoding)]), notes };
}
