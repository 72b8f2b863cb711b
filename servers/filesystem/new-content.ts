import { bytesOf, toUnits, type Encoding } from "../../shared/edit/units.ts";
import { ToolError } from "../../shared/errors.ts";
import { textOf, type OpenTarget } from "./open-target.ts";

/** Bytes of a whole new content, and what was done to make them, when anything was. */
export interface NewContent {
  readonly bytes: Buffer;
  readonly notes: readonly string[];
}

/** Exactly the bytes that base64 stands for. Throws `invalid_input` for anything else than base64, or a part of it. */
export function fromBase64(content: string): NewContent {
  const clean = content.replaceAll(/\s/gu, "");
  const digits = clean.replace(/={1,2}$/u, "");
  const bytes = Buffer.from(digits, "base64");
  // what Node cannot read it leaves out without a word
  const isWhole = bytes.toString("base64url") === digits.replaceAll("+", "-").replaceAll("/", "_");
  const isFilled = digits.length === clean.length || clean.length % 4 === 0;
  if (!isWhole || !isFilled)
    throw new ToolError("invalid_input", "the content is not base64, or not all of it", {
      hint: "Encode the bytes again; or leave out as, to write the content as text.",
    });
  return { bytes, notes: [] };
}

/** A new text: UTF-8 as given, or as the text that it replaces is written: its encoding, mark and line ends. */
export async function fromText(
  content: string,
  old: OpenTarget | undefined,
  signal: AbortSignal,
): Promise<NewContent> {
  if (/\p{Surrogate}/u.test(content))
    throw new ToolError("invalid_input", "the content holds half a character (a lone surrogate)", {
      hint: 'Give the whole character, or the bytes as: "base64".',
    });
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
        hint: 'Leave out what is beyond U+00FF; or give the bytes of another encoding as: "base64".',
      },
    );
  const mark = await old.text.read(0, bom);
  const notes = notesOf(encoding, isCrlf ? "kept" : endings);
  return { bytes: Buffer.concat([mark, bytesOf(units, encoding)]), notes };
}

const ENDS: Readonly<Record<string, readonly string[]>> = {
  kept: ["still with CRLF"],
  mixed: ["line ends as given, they were mixed"],
};

function notesOf(encoding: Encoding, ends: string): string[] {
  const name = encoding === "latin-1" ? encoding : encoding.toUpperCase();
  return [...(encoding === "utf-8" ? [] : [`still ${name}`]), ...(ENDS[ends] ?? [])];
}
