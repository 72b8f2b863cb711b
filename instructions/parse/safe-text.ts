import type { Problem } from "../shapes.ts";
import { LineCount } from "./line-count.ts";

export interface SafeText {
  /** Line ends are `\n`; what nobody sees is gone, so each line is still the same line. */
  readonly text: string;
  /** One for each kind of character. */
  readonly problems: readonly Problem[];
}

/** Most text holds nothing but these, and needs no closer look. */
const PLAIN = /^[\t\n\x20-\x7E]*$/u;
const PLAIN_LINE_END = /\r\n?/gu;

/** Scripts in which a joiner changes how the letters before it are written. */
const JOINING = "Arab|Syrc|Nkoo|Mong|Deva|Beng|Guru|Gujr|Orya|Taml|Telu|Knda|Mlym|Sinh|Khmr"
  .split("|")
  .map((script) => String.raw`\p{scx=${script}}`)
  .join("");
const EMOJI = String.raw`\p{Extended_Pictographic}(?:[\uFE0E\uFE0F]|\p{Emoji_Modifier})?`;

/** Where unseen characters belong: one emoji made of several, keycaps, three flags, joined scripts, forms of Han. */
const WANTED = [
  // the flags of England, Scotland and Wales: any other run of tag letters could be a message
  String.raw`\u{1F3F4}(?:\u{E0067}\u{E0062}(?:\u{E0065}\u{E006E}\u{E0067}|\u{E0073}\u{E0063}\u{E0074}|\u{E0077}\u{E006C}\u{E0073})\u{E007F})`,
  String.raw`${EMOJI}(?:\u200D${EMOJI})*`,
  String.raw`[#*0-9]\uFE0F\u20E3`,
  String.raw`(?<=[${JOINING}])[\u200C\u200D]`,
  String.raw`\p{Script=Han}[\uFE00-\uFE02\u{E0100}-\u{E01EF}]`,
].join("|");

const UNSEEN = String.raw`(?![\t\n])\p{Cc}|\p{Cs}|\p{Default_Ignorable_Code_Point}|\p{Noncharacter_Code_Point}|[\u2028\u2029\uFFF9-\uFFFB]`;

const EITHER = new RegExp(`(?:${WANTED})|(?<unseen>${UNSEEN})`, "gu");

interface Kind {
  readonly code: string;
  readonly words: readonly [one: string, many: string];
  readonly of: RegExp;
}

const KINDS: readonly Kind[] = [
  {
    code: "tag_characters",
    words: [
      "Unicode tag character, which only a model can read,",
      "Unicode tag characters, which only a model can read,",
    ],
    of: /[\u{E0000}-\u{E007F}]/u,
  },
  {
    code: "bidi_controls",
    words: ["character that turns the direction of text", "characters that turn the direction of text"],
    of: /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/u,
  },
  {
    code: "zero_width",
    words: ["character without a width", "characters without a width"],
    of: /[\u180E\u200B-\u200D\u2060\uFEFF]/u,
  },
  {
    code: "variation_selectors",
    words: ["variation selector with nothing to vary", "variation selectors with nothing to vary"],
    of: /[\uFE00-\uFE0F\u{E0100}-\u{E01EF}]/u,
  },
  { code: "control_characters", words: ["control character", "control characters"], of: /\p{Cc}/u },
  { code: "lone_surrogates", words: ["half of a character", "halves of characters"], of: /\p{Cs}/u },
  { code: "invisible_characters", words: ["invisible character", "invisible characters"], of: /./su },
];

const MOST_LINES = 5;
const MOST_CODE_POINTS = 4;

/**
 * Takes out what people do not see and models may read, and tells of it: controls, formats, tags, whatever is
 * ignorable. What belongs to an emoji or to how a script is written stays. Halves of characters become U+FFFD, and
 * line and paragraph separators a space. A mark of the byte order goes without a word. Linear.
 */
export function safeText(raw: string): SafeText {
  const text = raw.replace(/^\uFEFF/u, "").replaceAll(PLAIN_LINE_END, "\n");
  if (PLAIN.test(text)) return { text, problems: [] };
  const finds = new Finds(text);
  let safe = "";
  let at = 0;
  for (const { groups, index } of text.matchAll(EITHER)) {
    const unseen = groups?.["unseen"];
    if (unseen === undefined) continue;
    safe += text.slice(at, index) + finds.add(unseen, index);
    at = index + unseen.length;
  }
  return { text: safe + text.slice(at), problems: finds.problems() };
}

/** Counts what was found, by kind; offsets only grow, so lines are counted once. */
class Finds {
  readonly #lines: LineCount;
  readonly #found = new Map<Kind, { count: number; lines: Set<number>; points: Set<number> }>();

  constructor(text: string) {
    this.#lines = new LineCount(text);
  }

  /** What stands in its place. */
  add(char: string, offset: number): string {
    const point = char.codePointAt(0) ?? 0;
    const kind = KINDS.find(({ of }) => of.test(char));
    if (kind === undefined) return "";
    const found = this.#found.get(kind) ?? { count: 0, lines: new Set(), points: new Set() };
    this.#found.set(kind, found);
    found.count += 1;
    found.lines.add(this.#lines.lineOf(offset));
    found.points.add(point);
    if (kind.code === "lone_surrogates") return "\uFFFD";
    return char === "\u2028" || char === "\u2029" ? " " : "";
  }

  problems(): Problem[] {
    return KINDS.flatMap((kind) => {
      const found = this.#found.get(kind);
      if (found === undefined) return [];
      const { count, lines, points } = found;
      const [first = 1] = lines;
      const what = `${count} ${kind.words[count === 1 ? 0 : 1]}`;
      const where = `${listed([...points].map(spelt), MOST_CODE_POINTS)}; ${lines.size === 1 ? "line" : "lines"} ${listed([...lines], MOST_LINES)}`;
      const done = kind.code === "lone_surrogates" ? "replaced" : "taken out";
      const message = `${what} ${count === 1 ? "was" : "were"} ${done} (${where})`;
      return [{ level: "warning", code: kind.code, message, line: first }];
    });
  }
}

function spelt(point: number): string {
  return `U+${point.toString(16).toUpperCase().padStart(4, "0")}`;
}

function listed(items: readonly (string | number)[], most: number): string {
  const more = items.length - most;
  return items.slice(0, most).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
