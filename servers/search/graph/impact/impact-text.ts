import { counted, listed } from "../../../../shared/listed.ts";
import { linesOf } from "../../outline/lines-of.ts";
import { shownOf } from "../../page.ts";
import { firstLine } from "../asking.ts";
import { doubts, neighbourLines } from "../references-text.ts";
import { fullName } from "../subject.ts";
import type { ImpactAnswer, ReachedTest } from "./impact-answer.ts";

const MOST_STARTS = 30;
const MOST_TESTS = 30;
/** Tests that only a name suggests, beside sure ones. */
const MOST_UNSURE = 5;
const MOST_IMPORTERS = 40;

/** What changed, the tests to run, then what depends on it by distance. */
export function impactText(answer: ImpactAnswer): string {
  const { page, starts, tests, importers, broken } = answer;
  const isFirst = page.before === 0;
  const sections = isFirst
    ? [
        ...section(
          answer.symbol === undefined ? "Changed" : "Of",
          starts.map(({ shown, definition }) => `${shown}:${linesOf(definition)} ${fullName(definition)}`),
          MOST_STARTS,
        ),
        ...section(
          "Gone and still used",
          broken.map(({ name, path, line }) => `${path}:${line} ${name}`),
          broken.length,
        ),
        ...testsOf(tests),
      ]
    : [];
  const dependents = page.items.length === 0 ? [] : ["## Dependents", ...neighbourLines(page.items, 0)];
  const after = isFirst
    ? section("Import a changed file, what of it is not known", importers, MOST_IMPORTERS)
    : [];
  return [headerOf(answer), ...sections, ...dependents, ...after].join("\n");
}

function headerOf(answer: ImpactAnswer): string {
  const {
    page,
    tests,
    symbol,
    against = "HEAD",
    changedFiles,
    unknown,
    uncompared,
    gone,
    importers,
  } = answer;
  const isNothing = symbol === undefined && changedFiles === 0;
  const facts = isNothing
    ? [`nothing changed against ${against}`]
    : [
        `${subjectOf(answer)}: ${page.total === 0 ? "no dependent found" : shownOf(page, "dependent")}, ${counted(tests.length, "test file")}`,
        ...(importers.length > 0 ? [`${counted(importers.length, "file")} more import what changed`] : []),
        ...(gone > 0 ? [`${counted(gone, "definition")} gone or renamed`] : []),
        ...(unknown.length > 0 ? [`not in the index: ${listed(unknown, 5)}`] : []),
        ...doubts({ ...answer, elsewhere: 0 }),
        "calls by reflection, configuration or other languages cannot be seen",
      ];
  if (uncompared.length > 0) facts.push(`not compared, without ${against}: ${listed(uncompared, 5)}`);
  return firstLine(facts, { ...answer, cursor: page.cursor });
}

function subjectOf({ symbol, starts, changedFiles, against = "HEAD" }: ImpactAnswer): string {
  if (symbol === undefined)
    return `${counted(starts.length, "changed definition")} in ${counted(changedFiles, "changed file")} against ${against}`;
  const [first] = starts;
  return first !== undefined && starts.length === 1
    ? fullName(first.definition)
    : `${counted(starts.length, "definition")} called ${symbol}`;
}

function testLine({ path, depth, uses, unsure }: ReachedTest): string {
  return `${path}${unsure ? "?" : ""}, step ${depth}, ${counted(uses, "use")}`;
}

/** Those that are sure come first; beside them only a few of the others are told. */
function testsOf(tests: readonly ReachedTest[]): string[] {
  const sure = tests.filter(({ unsure }) => !unsure).length;
  const most = sure === 0 ? MOST_TESTS : Math.min(MOST_TESTS, sure + MOST_UNSURE);
  return section("Tests to run, nearest first", tests.map(testLine), most);
}

function section(title: string, lines: readonly string[], most: number): string[] {
  if (lines.length === 0) return [];
  const more = lines.length > most ? [`  … ${lines.length - most} more`] : [];
  return [`## ${title}`, ...lines.slice(0, most).map((line) => `  ${line}`), ...more];
}
