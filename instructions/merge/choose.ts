import { dirname, resolve } from "node:path";
import type { Read } from "./read.ts";
import { said } from "./said.ts";

const MOST_PATH = 1_024;

export interface LeftOut {
  readonly read: Read;
  /** In our words. */
  readonly reason: string;
}

export interface Choice {
  readonly kept: readonly Read[];
  readonly leftOut: readonly LeftOut[];
}

type Reasons = ReadonlyMap<Read, string>;

/**
 * Of the files that apply, in the order of the chain, those whose text counts: no blank ones, which change nothing
 * either, none that another one replaces, and no text twice.
 */
export function choose(reads: readonly Read[]): Choice {
  let kept = reads;
  const leftOut: LeftOut[] = [];
  for (const leave of [blankOnes, replacedOnes, copies]) {
    const reasons = leave(kept);
    leftOut.push(...[...reasons].map(([read, reason]) => ({ read, reason })));
    kept = kept.filter((read) => !reasons.has(read));
  }
  return { kept, leftOut };
}

function blankOnes(reads: readonly Read[]): Reasons {
  return new Map(reads.filter(({ text }) => text.trim() === "").map((read) => [read, "it is empty"]));
}

/** What is replaced replaces nothing itself; of two that replace each other the more specific one stays. */
function replacedOnes(reads: readonly Read[]): Reasons {
  const reasons = new Map<Read, string>();
  const places = new Map<string, Read[]>();
  for (const read of reads) {
    const here = places.get(placeOf(read));
    if (here === undefined) places.set(placeOf(read), [read]);
    else here.push(read);
  }
  for (const [index, read] of [...reads.entries()].toReversed()) {
    if (reasons.has(read)) continue;
    const { source, frontmatter } = read.document;
    const name = said(source.shown);
    if (frontmatter.override === "all")
      for (const gone of reads.slice(0, index).filter((other) => !isManaged(other) && !reasons.has(other)))
        reasons.set(gone, `dropped by ${name}, which overrides all above it`);
    if (frontmatter.override === false && source.role !== "override") continue;
    const beside = (places.get(placeOf(read)) ?? []).filter((other) => other !== read && !reasons.has(other));
    for (const gone of mainsIn(beside)) reasons.set(gone, `replaced by ${name}`);
  }
  return reasons;
}

function isManaged({ document }: Read): boolean {
  return document.source.scope === "managed";
}

/** A folder that files are about, or one of the person's own in which they lie. */
function placeOf({ document: { source } }: Read): string {
  const isPersonal = source.scope === "managed" || source.scope === "user";
  return isPersonal ? dirname(source.path) : `in the project: ${source.dir}`;
}

/** AGENTS.md under all its names: links to it, and texts that only name it. */
function mainsIn(reads: readonly Read[]): readonly Read[] {
  const mains = reads.filter(
    ({ document: { source } }) => source.family === "agents" && source.role === "main",
  );
  if (mains.length === 0) return [];
  const paths = new Set(mains.flatMap(({ realPath, document }) => [realPath, document.source.path]));
  return reads.filter((read) => [read.realPath, ...pointsTo(read)].some((path) => paths.has(path)));
}

/** The first of several copies stays, and a text that only points to a file of the chain never does. */
function copies(reads: readonly Read[]): Reasons {
  const pointees = pointeesOf(reads);
  const byPath = new Map<string, Read>();
  const byText = new Map<string, Read>();
  const originals = new Map<Read, { readonly original: Read; readonly as: string }>();
  for (const read of reads) {
    if (pointees.has(read)) continue;
    const text = read.text.trim();
    const [file, twin] = [byPath.get(read.realPath), byText.get(text)];
    if (file !== undefined) originals.set(read, { original: file, as: "the same file as" });
    else if (twin !== undefined) originals.set(read, { original: twin, as: "the same text as" });
    else {
      byPath.set(read.realPath, read);
      byText.set(text, read);
    }
  }
  for (const [read, pointee] of pointees)
    originals.set(read, { original: originals.get(pointee)?.original ?? pointee, as: "it only points to" });
  return new Map(
    [...originals].map(([read, { original, as }]) => [read, `${as} ${said(original.document.source.shown)}`]),
  );
}

/** Of each file that only points to another one of these, the one at the end that does not; nothing for a circle. */
function pointeesOf(reads: readonly Read[]): ReadonlyMap<Read, Read> {
  const places = new Map<string, Read>();
  for (const read of reads.toReversed()) places.set(read.realPath, read).set(read.document.source.path, read);
  const next = new Map<Read, Read>();
  for (const read of reads) {
    const pointee = pointsTo(read)
      .flatMap((path) => places.get(path) ?? [])
      .at(0);
    if (pointee !== undefined) next.set(read, pointee);
  }
  const ends = new Map<Read, Read>();
  for (const read of next.keys()) {
    const seen = new Set<Read>();
    let end = read;
    for (let at: Read | undefined = read; at !== undefined && !seen.has(at); at = next.get(at))
      seen.add((end = at));
    if (!next.has(end)) ends.set(read, end);
  }
  return ends;
}

/** Where a text leads that is nothing but `@AGENTS.md`, or the path that git leaves where it could make no link. */
function pointsTo({ document: { source, body }, realPath }: Read): string[] {
  const text = body.trim();
  const path = text.startsWith("@") ? text.slice(1) : text;
  if (path === "" || path.length > MOST_PATH || path.includes("\n")) return [];
  return [resolve(dirname(realPath), path), resolve(dirname(source.path), path)];
}
