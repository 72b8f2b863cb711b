import { createHash } from "node:crypto";
import { isSecretFlag, isSecretName, MASK, redactText } from "./redact-text.ts";

interface Size {
  /** Characters up to which a string is kept whole, and those kept of a longer one. */
  readonly whole: number;
  readonly head: number;
  readonly items: number;
  readonly depth: number;
}

const SIZES: readonly Size[] = [
  { whole: 500, head: 200, items: 30, depth: 6 },
  { whole: 120, head: 60, items: 10, depth: 4 },
  { whole: 40, head: 20, items: 4, depth: 3 },
];
/** Values looked at in one pass, so that a wide and deep input costs little. */
const MOST_VALUES = 1_000;
// A secret that begins in the kept head must be seen whole to be recognised.
const LOOK_AHEAD = 4_096;

/**
 * A copy for the audit: secrets masked, long strings as head, length and hash, at most `maxChars` characters as
 * JSON. Total: takes cycles, big integers and anything else that JSON cannot say.
 */
export function redact(value: unknown, maxChars = 2_000): unknown {
  for (const size of SIZES) {
    const copy = new Redaction(size).value(value, 0);
    if (JSON.stringify(copy).length <= maxChars) return copy;
  }
  return "(too large to keep)";
}

/** The same for a list of strings; the argument after `--password` is masked. */
export function redactList(list: readonly string[], maxChars = 2_000): string[] {
  const copy = redact(list, maxChars);
  return Array.isArray(copy) ? copy.map(String) : [String(copy)];
}

/** One string, at most about `whole` characters. */
export function redactString(text: string, whole = 500): string {
  return shorten(text, whole, Math.floor(whole / 2));
}

class Redaction {
  readonly #size: Size;
  #left = MOST_VALUES;

  constructor(size: Size) {
    this.#size = size;
  }

  value(value: unknown, depth: number): unknown {
    this.#left -= 1;
    if (typeof value === "string") return shorten(value, this.#size.whole, this.#size.head);
    if (typeof value === "number" || typeof value === "boolean") return value;
    if (typeof value !== "object" || value === null) return value === null ? null : `(${typeof value})`;
    if (depth >= this.#size.depth || this.#left <= 0) return "(deeper)";
    return Array.isArray(value) ? this.#list(value, depth) : this.#record(value, depth);
  }

  #list(list: readonly unknown[], depth: number): unknown[] {
    const kept = list
      .slice(0, this.#size.items)
      .map((item, index) => argumentAfter(list[index - 1], item) ?? this.value(item, depth + 1));
    return list.length > kept.length ? [...kept, `(${list.length - kept.length} more)`] : kept;
  }

  #record(record: object, depth: number): Record<string, unknown> {
    const entries = Object.entries(record);
    const kept = entries
      .slice(0, this.#size.items)
      .map(([key, value]): [string, unknown] => [
        shorten(key, 80, 40),
        isSecretName(key) && value !== null && value !== undefined ? MASK : this.value(value, depth + 1),
      ]);
    if (entries.length > kept.length) kept.push(["(more)", entries.length - kept.length]);
    return Object.fromEntries(kept);
  }
}

/** The masked form of an item that its option makes secret, else nothing. */
function argumentAfter(option: unknown, item: unknown): string | undefined {
  if (typeof option !== "string" || typeof item !== "string") return undefined;
  if (isSecretFlag(option) && !item.startsWith("-")) return MASK;
  const colon = item.indexOf(":");
  return (option === "-u" || option === "--user") && colon > 0
    ? `${redactString(item.slice(0, colon))}:${MASK}`
    : undefined;
}

function shorten(text: string, whole: number, head: number): string {
  if (text.length <= whole) return redactText(text);
  const start = redactText(text.slice(0, head + LOOK_AHEAD)).slice(0, head);
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 12);
  return `${start}... (${text.length} characters, sha256 ${hash})`;
}
