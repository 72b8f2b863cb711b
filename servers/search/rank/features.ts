import type { FileRole } from "../store/shapes.ts";
import type { Query } from "./read-query.ts";
import { fileKey, type Scored } from "./scored.ts";

/** What the last ranking looks at; every one is about 0..1. */
export const FEATURES = [
  "fused",
  "denseUnit",
  "words",
  "fileName",
  "functionShare",
  "fileOthers",
  "test",
  "example",
  "docs",
  "config",
  "generated",
  "vendored",
  "tools",
] as const;
export type Feature = (typeof FEATURES)[number];
export type Features = Readonly<Record<Feature, number>>;

/** Features of every candidate, in the order given. */
export function featuresOf(scored: readonly Scored[], { roles }: Pick<Query, "roles">): Features[] {
  const files = filesOf(scored);
  return scored.map((one) => ({
    fused: one.fused,
    denseUnit: one.denseUnit,
    words: one.lexical.unit / MUCH,
    fileName: one.fileName,
    functionShare: functionShareOf(one.candidate, roles),
    fileOthers: othersOf(one, files.get(fileKey(one))),
    ...rolesOf(one.candidate.role, roles),
  }));
}

/** A score by words that few units have. */
const MUCH = 20;
const OTHERS = 3;
const FUNCTIONS: ReadonlySet<string> = new Set(["function", "method", "macro"]);

/** How many of a unit's lines are of functions; who asks for docs wants none. */
function functionShareOf(
  { leaves, startLine, endLine, role }: Scored["candidate"],
  asked: readonly FileRole[],
): number {
  if (asked.includes(role)) return 1;
  let lines = 0;
  for (const { definition, ...leaf } of leaves)
    if (definition !== undefined && FUNCTIONS.has(definition.kind))
      lines += leaf.endLine - leaf.startLine + 1;
  return Math.min(1, lines / (endLine - startLine + 1));
}

/** How well the units of each file answer, best first. */
function filesOf(scored: readonly Scored[]): Map<string, number[]> {
  const files = new Map<string, number[]>();
  for (const one of scored) {
    const key = fileKey(one);
    const known = files.get(key);
    if (known === undefined) files.set(key, [one.fused]);
    else known.push(one.fused);
  }
  for (const all of files.values()) all.sort((one, other) => other - one);
  return files;
}

/** How well the three best other units of its file answer: a file that is about it has several. */
function othersOf({ fused }: Scored, all: readonly number[] = []): number {
  const own = all.indexOf(fused);
  const others = all.slice(0, OTHERS + 1).filter((_, index) => index !== own);
  return others.slice(0, OTHERS).reduce((sum, one) => sum + one, 0) / OTHERS;
}

/** 1 for the role of the file, unless the query asks for it. */
function rolesOf(role: FileRole, asked: readonly FileRole[]): Pick<Features, Exclude<FileRole, "code">> {
  const is = (one: FileRole): number => (role === one && !asked.includes(one) ? 1 : 0);
  return {
    test: is("test"),
    example: is("example"),
    docs: is("docs"),
    config: is("config"),
    generated: is("generated"),
    vendored: is("vendored"),
    tools: is("tools"),
  };
}
