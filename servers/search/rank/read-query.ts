import { isStopWord } from "../../../shared/words/stop-words.ts";
import { wordHash } from "../../../shared/words/word-hash.ts";
import { wordsOf } from "../../../shared/words/words-of.ts";
import type { FileRole } from "../store/shapes.ts";
import { synonymsOf } from "./thesaurus.ts";

/** `symbol`: nothing but names. `mixed`: names among words, or one word alone. `language`: words. */
export type QueryClass = "symbol" | "mixed" | "language";

/** One word to look for. */
export interface QueryWord {
  readonly word: string;
  readonly hash: number;
  readonly weight: number;
  /** False for a synonym. */
  readonly asked: boolean;
}

/** A name in a query: `Store.open` has the name `open` and the scope `Store`. */
export interface Identifier {
  readonly name: string;
  readonly scope: string;
}

/** A query, understood. */
export interface Query {
  readonly text: string;
  readonly class: QueryClass;
  /** Words first, then their synonyms; the strongest 64. */
  readonly words: readonly QueryWord[];
  readonly identifiers: readonly Identifier[];
  /** What stood in double quotes, as it stood. */
  readonly phrases: readonly string[];
  /** Roles of files that it asks for; those are not ranked behind code then. */
  readonly roles: readonly FileRole[];
}

const SYNONYM_WEIGHT = 0.15;
const MAX_WORDS = 64;
/** Longer questions are pasted texts: what they are about stands at their beginning. */
const MAX_CHARACTERS = 2_000;

const QUALIFIED = /^[\p{L}_$][\p{L}\p{N}_$]*(?:(?:::|->|[.#])[\p{L}_$][\p{L}\p{N}_$]*)*(?:\(\))?$/u;
/** What words do not have: `_`, a capital behind a small letter, capitals before a word, a part behind a dot or colons, `()`. */
const NAMELY = /_|\p{Ll}\p{Lu}|\p{Lu}\p{Lu}\p{Ll}|\p{Ll}[.#]\p{L}|::|->|\(\)$/u;
/** Spelled like names, and words all the same. */
const COMMON =
  /^(?:e\.g|i\.e|a\.k\.a|node\.js|next\.js|vue\.js|javascript|typescript|github|gitlab|macos|ios|oauth2?|graphql|websockets?|postgresql|mysql|sqlite|mongodb|utf\.?8|ipv[46]|urls|ids|apis|json[lp]?|yaml|html5?)$/iu;
const KEYWORD =
  /^(?:class|function|func|fn|def|method|struct|trait|interface|enum|type|const|module|macro|impl|definition|of|the)$/iu;

const ROLE_PATTERNS: readonly (readonly [FileRole, RegExp])[] = [
  [
    "test",
    /\b(?:(?:unit|integration|regression)[ -]tests?|tests? (?:for|of|that|case)|tested|test suite)\b/iu,
  ],
  [
    "docs",
    /\b(?:documentation|docs|documented|readme|changelog|release notes|tutorial|(?:user|migration) guide)\b/iu,
  ],
  ["example", /\b(?:examples?|sample|demo) (?:of|for|that|app|code|program|project|showing)\b/iu],
  ["config", /\b(?:ci (?:workflow|pipeline|config\w*)|workflow file|package\.json|dockerfile|makefile)\b/iu],
  ["tools", /\b(?:benchmarks? (?:for|of|that)|build script|release script)\b/iu],
];

/** Reads a question or a name. Any text will do. */
export function readQuery(text: string): Query {
  const short = text.slice(0, MAX_CHARACTERS);
  const phrases = [...short.matchAll(/"([^"\n]{2,200})"/gu)].map((match) => match[1] ?? "");
  const tokens = short
    .replaceAll(/["`]/gu, " ")
    .split(/\s+/u)
    .map((token) => token.replace(/^[([{<'*&]+|[)\]}>',;:.!?*]+$/gu, (end) => (end === ")" ? end : "")))
    .map(tidy)
    .filter((token) => token !== "");
  const named = tokens.filter(isName);
  const plain = tokens.filter((token) => !isName(token) && !KEYWORD.test(token));
  const one = plain.length === 1 && named.length === 0;
  const identifiers = (one ? plain : named).filter((token) => QUALIFIED.test(token)).map(identifierOf);
  return {
    text: short,
    class: classOf(named.length, plain.length),
    words: withSynonyms(ownWords(short)),
    identifiers: identifiers.slice(0, 8),
    phrases,
    roles: ROLE_PATTERNS.filter(([, pattern]) => pattern.test(short)).map(([role]) => role),
  };
}

function tidy(token: string): string {
  // a bracket that opens nowhere ends a sentence
  return token.endsWith(")") && !token.includes("(") ? token.replace(/\)+$/u, "") : token;
}

function classOf(names: number, words: number): QueryClass {
  if (names > 0 && words === 0) return "symbol";
  return names > 0 || words === 1 ? "mixed" : "language";
}

function isName(token: string): boolean {
  return QUALIFIED.test(token) && NAMELY.test(token) && !COMMON.test(token);
}

function identifierOf(token: string): Identifier {
  const parts = token
    .replace(/\(\)$/u, "")
    .split(/::|->|[.#]/u)
    .filter(Boolean);
  return { name: parts.at(-1) ?? token, scope: parts.slice(0, -1).join(".") };
}

function ownWords(text: string): string[] {
  const all = [...new Set(wordsOf(text))];
  const telling = all.filter((word) => !isStopWord(word));
  return telling.length > 0 ? telling : all;
}

function withSynonyms(own: readonly string[]): QueryWord[] {
  const words = new Map<string, QueryWord>();
  for (const word of own) words.set(word, { word, hash: wordHash(word), weight: 1, asked: true });
  for (const word of own) {
    for (const other of synonymsOf(word)) {
      if (!words.has(other))
        words.set(other, { word: other, hash: wordHash(other), weight: SYNONYM_WEIGHT, asked: false });
    }
  }
  return [...words.values()].slice(0, MAX_WORDS);
}
