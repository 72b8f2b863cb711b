import { createHash } from "node:crypto";
import type { Block, Excluded, Loaded, Warning } from "../shapes.ts";
import { applies, type About } from "./applies.ts";
import { choose } from "./choose.ts";
import { countTokens } from "./count-tokens.ts";
import { fitBudget, type Fit } from "./fit-budget.ts";
import { idOfVersion, versionOf } from "./id-of.ts";
import { mergedText, nonceFor } from "./merged-text.ts";
import type { Read } from "./read.ts";
import { saidTokens } from "./said.ts";

export interface MergeAbout extends About {
  /** Of the merged text; less than `LEAST_BUDGET` counts as that. Without it everything has room. */
  readonly budgetTokens?: number;
  /** Files that hold whatever starts them otherwise, and that the budget drops last. */
  readonly ids?: readonly string[];
}

/**
 * What of a chain's files holds for a target, in the order of the chain, and why each other file does not. Every file is
 * one block or one that is left out. The same files and the same target make the same text.
 */
export function merge(reads: readonly Read[], about: MergeAbout): Loaded {
  const versions = reads.map(({ document }) => versionOf(document));
  const ids = new Map(reads.map((read, index) => [read, idOfVersion(versions[index] ?? "")]));
  const reasons = new Map<Read, string>();
  const left = new Map<Read, WhyNot>();
  for (const read of reads) {
    const isAsked = about.ids?.includes(ids.get(read) ?? "") === true;
    const answer = isAsked ? ASKED_FOR : applies(read.document, about);
    if (answer.applies) reasons.set(read, answer.reason);
    else left.set(read, answer);
  }
  const choice = choose(reads.filter((read) => reasons.has(read)));
  for (const { read, reason } of choice.leftOut) left.set(read, { reason, available: false });
  const blocks = choice.kept.map((read) =>
    asBlock(read, { id: ids.get(read) ?? "", reason: reasons.get(read) ?? "" }),
  );
  const fit = fitted(blocks, about);
  const text = mergedText(fit.kept, fit.notice, nonceFor(fit.kept));
  return {
    blocks: fit.kept,
    excluded: [...excludedOf(reads, left, ids), ...fit.dropped],
    warnings: warningsOf(reads, fit),
    mergedText: text,
    tokens: countTokens(text),
    fingerprint: fingerprintOf(reads, versions),
  };
}

const ASKED_FOR = { applies: true, reason: "asked for by its id" } as const;

function fitted(blocks: readonly Block[], { budgetTokens, ids = [] }: MergeAbout): Fit {
  return budgetTokens === undefined
    ? { kept: blocks, dropped: [], notice: "" }
    : fitBudget(blocks, { budgetTokens, asked: ids });
}

function asBlock(
  { document, text: whole, imports }: Read,
  { id, reason }: Pick<Block, "id" | "reason">,
): Block {
  const { source, frontmatter } = document;
  const text = withoutBlankEnds(whole);
  return {
    id,
    path: source.shown,
    scope: source.scope,
    dir: source.dir,
    family: source.family,
    // a stranger's file may not claim to be the last to go
    priority: source.scope === "vendored" ? "low" : frontmatter.priority,
    type: frontmatter.type,
    tags: frontmatter.tags,
    reason,
    imports,
    tokens: countTokens(text),
    hash: createHash("sha256").update(text).digest("hex"),
    text,
  };
}

/** Blank lines; the first line keeps what it is indented by. */
function withoutBlankEnds(text: string): string {
  return text.replace(/^(?:[^\S\n]*\n)+/u, "").trimEnd();
}

type WhyNot = Pick<Excluded, "reason" | "available">;

function excludedOf(
  reads: readonly Read[],
  left: ReadonlyMap<Read, WhyNot>,
  ids: ReadonlyMap<Read, string>,
): Excluded[] {
  return reads.flatMap((read) => {
    const why = left.get(read);
    if (why === undefined) return [];
    const { reason, available } = why;
    const tokens = countTokens(withoutBlankEnds(read.text));
    return [{ id: ids.get(read) ?? "", path: read.document.source.shown, reason, tokens, available }];
  });
}

/** What parsing, rendering and importing told, each once, whether or not the file holds; then what merging found. */
function warningsOf(reads: readonly Read[], { cut, kept }: Fit): Warning[] {
  const warnings = reads.flatMap(({ document, problems }) =>
    [...document.problems, ...problems].map((problem) => ({ ...problem, path: document.source.shown })),
  );
  const once = new Map(warnings.map((warning) => [keyOf(warning), warning]));
  if (cut === undefined) return [...once.values()];
  const tokens = saidTokens(kept[0]?.tokens ?? 0);
  const message = `cut from ${saidTokens(cut.tokens)} to ${tokens}: the budget has no room for more`;
  return [...once.values(), { level: "warning", code: "cut_to_budget", message, path: cut.path }];
}

function keyOf({ path, code, message, line }: Warning): string {
  return JSON.stringify([path, code, message, line]);
}

/** The versions know the plain bodies already. */
function fingerprintOf(reads: readonly Read[], versions: readonly string[]): string {
  const hash = createHash("sha256").update(versions.join(""));
  for (const { document, text } of reads)
    hash.update(text === document.body ? "=" : `${text.length} ${text}`);
  return hash.digest("hex");
}
