import { dayOf, shortHash } from "../text/commit.ts";
import type { Blame } from "./read.ts";
import type { BlamedCommit, BlamedLine } from "../../../shared/git/parse-blame.ts";
import { manyLines, oneLine, shownPath } from "../text/foreign.ts";

/** Characters of the budget that are kept free for what others add. */
const KEPT_FREE = 500;

/** How much is told of a commit above its lines, where it is named first. */
type Form = "subject" | "day" | "hash";

interface Run {
  readonly commit: BlamedCommit;
  readonly lines: readonly BlamedLine[];
}

/**
 * Lines below the commit that they are from. The form that shows most of those that have room for all lines is taken;
 * without any the last one, with as many lines as there is room for.
 */
export function blameText(blame: Blame): string {
  const authors = new Set(blame.lines.filter(isCommitted).map(({ commit }) => commit.author.name));
  const by = authors.size === 1 ? [...authors][0] : undefined;
  const runs = runsOf(blame.lines);
  for (const form of ["subject", "day"] as const) {
    const text = [headerOf(blame, { form, by, end: blame.lines.length }), ...textOf(runs, form, by)].join(
      "\n",
    );
    if (text.length <= blame.budget - KEPT_FREE) return text;
  }
  return asMany(blame);
}

/** Each line with its commit's hash before it, the least that can be told. */
function asMany(blame: Blame): string {
  let left = blame.budget - KEPT_FREE - 300;
  let before = "";
  const rows: string[] = [];
  for (const { line, commit, text } of blame.lines) {
    const hash = nameOf(commit);
    const row = `${hash === before ? "" : hash} ${line}\t${manyLines(text)}`;
    before = hash;
    left -= row.length + 1;
    if (left < 0 && rows.length > 0) break;
    rows.push(row);
  }
  return [headerOf(blame, { form: "hash", by: undefined, end: rows.length }), ...rows].join("\n");
}

function runsOf(lines: readonly BlamedLine[]): Run[] {
  const runs: { commit: BlamedCommit; lines: BlamedLine[] }[] = [];
  for (const line of lines) {
    const last = runs.at(-1);
    if (last?.commit === line.commit) last.lines.push(line);
    else runs.push({ commit: line.commit, lines: [line] });
  }
  return runs;
}

function textOf(runs: readonly Run[], form: Form, by: string | undefined): string[] {
  const told = new Set<BlamedCommit>();
  return runs.flatMap(({ commit, lines }) => {
    const head = told.has(commit) ? nameOf(commit) : commitText(commit, form, by);
    told.add(commit);
    return [head, ...lines.map(({ line, text }) => `${line}\t${manyLines(text)}`)];
  });
}

function commitText(commit: BlamedCommit, form: Form, by: string | undefined): string {
  const { author, subject } = commit;
  const name = nameOf(commit);
  if (!isCommitted({ commit })) return name;
  const who = by === undefined ? ` ${oneLine(author.name, 40)}` : "";
  return `${name} ${dayOf(author)}${who}${form === "subject" ? `: ${oneLine(subject, 80)}` : ""}`;
}

function nameOf(commit: BlamedCommit): string {
  return isCommitted({ commit }) ? shortHash(commit.hash) : "not committed";
}

function isCommitted({ commit }: Pick<BlamedLine, "commit">): boolean {
  return !/^0+$/u.test(commit.hash);
}

const LEFT_OUT = {
  subject: [],
  day: ["subjects left out: too many commits"],
  hash: ["only hashes: too many commits"],
} as const satisfies Record<Form, readonly string[]>;

interface Shown {
  readonly form: Form;
  readonly by: string | undefined;
  /** How many of the lines. */
  readonly end: number;
}

function headerOf(blame: Blame, { form, by, end }: Shown): string {
  const { repository, path, lines, total, more, ended } = blame;
  const name = shownPath(repository, path);
  const [from, to] = [lines[0], lines[end - 1]];
  if (from === undefined || to === undefined) return `[${name}: empty file]`;
  const isCut = end < lines.length || (more && !ended);
  const facts = [
    `${name}: lines ${from.line}-${to.line}${total === undefined ? "" : ` of ${total}`}`,
    ...(by === undefined || form === "hash" ? [] : [`all by ${oneLine(by, 60)}`]),
    ...LEFT_OUT[form],
    ...(isCut ? [`go on with startLine ${to.line + 1}`] : []),
  ];
  return `[${isCut ? "partial: " : ""}${facts.join("; ")}]`;
}
