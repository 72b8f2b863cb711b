import type { DefinitionRow } from "../store/shapes.ts";
import { isType } from "./fits-kind.ts";
import type { Lookups } from "./lookups.ts";
import { stemOf } from "./modules/target.ts";
import { resolve } from "./resolve.ts";
import type { Mention, Use } from "./shapes.ts";

/** References to one name that are looked at. */
const MOST_MENTIONS = 4_000;
/** Imports that are looked at for other names of a definition. */
const MOST_IMPORTS = 500;
/** Files whose name says nothing; their folder's does. */
const PLAIN_STEM = /(?:^|\/)(?:index|mod|lib|main|__init__)$/u;
const CONSTRUCTORS: ReadonlySet<string> = new Set(["constructor", "__init__", "__construct", "initialize"]);
const ORDER = { file: 0, import: 1, name: 2 } as const;

/** Where definitions are used, and what is not known of it. */
export interface Uses {
  /** Surest first, then by place. */
  readonly uses: readonly Use[];
  /** References of the same name that mean something else. */
  readonly elsewhere: number;
  /** References of which too many definitions may be meant. */
  readonly unclear: number;
  /** True when there are more references than were looked at. */
  readonly cut: boolean;
}

/** Every use of a definition that the index can tell. */
export function usesOf(definition: DefinitionRow, lookups: Lookups): Uses {
  const named = lookups.reader.referencesNamed(definition.name, MOST_MENTIONS);
  const mentions = [...named, ...underOtherNames(definition, lookups), ...creations(definition, lookups)];
  const uses: Use[] = [];
  let elsewhere = 0;
  let unclear = 0;
  for (const mention of mentions) {
    const { targets, ambiguous, named: many } = resolve(mention, lookups);
    const target =
      targets.find((each) => each.definition.id === definition.id) ?? owned(targets, definition, lookups);
    if (target !== undefined) uses.push({ mention, definition, confidence: target.confidence, named: many });
    else if (ambiguous) unclear += 1;
    else elsewhere += 1;
  }
  return { uses: sorted(uses), elsewhere, unclear, cut: named.length >= MOST_MENTIONS };
}

/** What refers to a type makes use of its constructor. */
function owned<Target extends { readonly definition: DefinitionRow }>(
  targets: readonly Target[],
  definition: DefinitionRow,
  lookups: Lookups,
): Target | undefined {
  const owner = constructed(definition, lookups);
  return owner === undefined ? undefined : targets.find((each) => each.definition.id === owner.id);
}

/** The type that a constructor makes. */
function constructed(definition: DefinitionRow, lookups: Lookups): DefinitionRow | undefined {
  const owner = definition.kind === "method" ? lookups.definition(definition.parent) : undefined;
  if (owner === undefined || !isType(owner)) return undefined;
  return CONSTRUCTORS.has(definition.name) || definition.name === owner.name ? owner : undefined;
}

function creations(definition: DefinitionRow, lookups: Lookups): Mention[] {
  const owner = constructed(definition, lookups);
  if (owner === undefined || owner.name === definition.name) return [];
  return lookups.reader.referencesNamed(owner.name, MOST_MENTIONS).filter(({ kind }) => kind === "call");
}

/** References by a name that an import gave: `open as begin`, a default import. */
function underOtherNames({ path, name }: DefinitionRow, lookups: Lookups): Mention[] {
  const stem = stemOf(path);
  const part = (PLAIN_STEM.test(stem) ? stem.slice(0, stem.lastIndexOf("/")) : stem).replace(/^.*\//u, "");
  if (part === "") return [];
  const aliases = new Map<number, Set<string>>();
  for (const { file, names } of lookups.reader.importsOf(part, MOST_IMPORTS))
    for (const each of names) {
      if (each.alias === undefined || each.alias === name || (each.name !== name && each.name !== "default"))
        continue;
      aliases.set(file, (aliases.get(file) ?? new Set()).add(each.alias));
    }
  return [...aliases].flatMap(([file, others]) =>
    lookups.referencesIn(file).filter((each) => others.has(each.name) && each.receiver === undefined),
  );
}

function sorted(uses: readonly Use[]): Use[] {
  return uses.toSorted(
    (one, other) =>
      ORDER[one.confidence] - ORDER[other.confidence] ||
      compare(one.mention.path, other.mention.path) ||
      one.mention.line - other.mention.line,
  );
}

/** By code units, so that every machine sorts alike. */
export function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
