import { nearest } from "../../../shared/nearest.ts";
import type { DefinitionRow, IndexReader, NameOptions } from "../store/shapes.ts";

/** How well a definition's name fits what was asked for, best first. */
export const FITS = ["exact", "qualified", "case", "prefix", "letters"] as const;
export type NameFit = (typeof FITS)[number];

export interface Found {
  readonly definition: DefinitionRow;
  readonly fit: NameFit;
}

export interface Narrow {
  readonly kinds?: readonly string[] | undefined;
  readonly under?: readonly string[] | undefined;
}

/** Definitions of one fit that are looked at. */
const MOST = 1_000;
/** Names that are tried when only their letters fit. */
const MOST_LOOSE = 60;
/** Fewer letters fit nearly every name. */
const LEAST_LOOSE = 3;

/** A name as a caller writes it, `Class.method`, `ns::Class#method`: the last part, and what it lies in. */
export function splitName(symbol: string): { readonly name: string; readonly scope: string } {
  const parts = symbol
    .trim()
    .replace(/\(\)?$/u, "")
    .split(/::|->|[.#/\\]/u)
    .filter((part) => part !== "");
  return { name: parts.at(-1) ?? "", scope: parts.slice(0, -1).join(".") };
}

/** Definitions that a name may mean, best fit first: worse ones are left out as soon as there are better ones that are exact. */
export function findDefinitions(reader: IndexReader, symbol: string, narrow: Narrow = {}): Found[] {
  const { name, scope } = splitName(symbol);
  if (name === "") return [];
  const options = optionsOf(narrow, scope);
  const same = reader.definitionsNamed(name, options);
  const found = same.map((definition) => ({ definition, fit: fitOf(definition, { name, scope }) }));
  if (found.some(({ fit }) => fit === "exact" || fit === "qualified"))
    return ordered(found.filter(({ fit }) => fit !== "case"));
  if (found.length > 0) return ordered(found);
  const longer = reader.definitionsNamed(name, { ...options, like: true });
  if (longer.length > 0) return ordered(longer.map((definition) => ({ definition, fit: "prefix" })));
  return byLetters(reader, name, options);
}

/** Names that are spelt nearly so, for an answer that found none. */
export function nearNames(reader: IndexReader, symbol: string): string[] {
  const { name } = splitName(symbol);
  const wanted = name.toLowerCase();
  const names = reader.definedNames();
  const holding = names.filter((each) => wanted.length >= 3 && each.toLowerCase().includes(wanted));
  const alike = names.filter((each) => Math.abs(each.length - name.length) <= 3);
  const near = nearest(name, alike);
  const own = near === undefined ? [] : [near];
  return [...new Set([...own, ...holding.toSorted((one, other) => one.length - other.length)])].slice(0, 5);
}

function optionsOf({ kinds, under }: Narrow, scope: string): NameOptions {
  return {
    limit: MOST,
    ...(scope === "" ? {} : { scope }),
    ...(kinds === undefined ? {} : { kinds }),
    ...(under === undefined ? {} : { under }),
  };
}

function fitOf(
  definition: DefinitionRow,
  { name, scope }: { readonly name: string; readonly scope: string },
): NameFit {
  if (definition.name !== name) return "case";
  return definition.scope === scope || scope === "" ? "exact" : "qualified";
}

/** Names in which the asked letters stand in their order, the shortest first. */
function byLetters(reader: IndexReader, name: string, options: NameOptions): Found[] {
  if (name.length < LEAST_LOOSE) return [];
  const wanted = name.toLowerCase();
  const names = reader
    .definedNames()
    .filter((each) => holdsLetters(each.toLowerCase(), wanted))
    .toSorted((one, other) => looseness(one, wanted) - looseness(other, wanted))
    .slice(0, MOST_LOOSE);
  return names.flatMap((each) =>
    reader
      .definitionsNamed(each, options)
      .filter((definition) => definition.name === each)
      .map((definition) => ({ definition, fit: "letters" as const })),
  );
}

function holdsLetters(text: string, letters: string): boolean {
  let at = 0;
  for (const letter of letters) {
    at = text.indexOf(letter, at) + 1;
    if (at === 0) return false;
  }
  return true;
}

/** Whole parts before scattered letters, then the shortest. */
function looseness(name: string, wanted: string): number {
  return (name.toLowerCase().includes(wanted) ? 0 : 1_000) + name.length;
}

/** Those of code before tests and the like cannot be told here; what other files can use comes first. */
function ordered(found: readonly Found[]): Found[] {
  const rank = ({ fit, definition }: Found): number =>
    FITS.indexOf(fit) * 4 + (definition.exported ? 0 : 2) + (definition.parent === undefined ? 0 : 1);
  return found.toSorted((one, other) => rank(one) - rank(other));
}
