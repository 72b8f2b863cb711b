import type { Changelog, Release } from "./read.ts";
import { dayOf, shortHash } from "../text/commit.ts";
import { readConventional, TYPES, type CommitType } from "./conventional.ts";
import type { CommitFacts } from "../engine/shapes.ts";
import { counted } from "../../../shared/listed.ts";
import { oneLine, shownPath } from "../text/foreign.ts";
import { markdownText } from "../text/markdown.ts";
import type { Repository } from "../../../shared/git/repository.ts";

/** A changelog, and how it is to be told. */
export interface ChangelogAnswer {
  readonly repository: Repository;
  readonly changelog: Changelog;
  readonly by: "type" | "folder";
  /** The branch that has no commit yet. */
  readonly unborn?: string;
}

/** A heading and its entries. */
type Group = readonly [heading: string, entries: readonly string[]];

/** Markdown below the first line; at most so many entries in each group, and how many more there are. */
export function changelogText(answer: ChangelogAnswer, most = Infinity): string {
  if (answer.unborn !== undefined) return `[${oneLine(answer.unborn)} has no commit yet]`;
  const { releases } = answer.changelog;
  const titled = releases.some(({ tags }) => tags !== undefined);
  const blocks = releases.flatMap((release) => [
    ...(titled ? [titleOf(release)] : []),
    ...groupsOf(release, answer).map((group) => groupText(group, most)),
  ]);
  return [headerOf(answer, most), ...blocks].join("\n");
}

function titleOf({ tags, at }: Release): string {
  if (tags === undefined || at === undefined) return "\n## Unreleased";
  return `\n## ${tags.map((tag) => markdownText(tag)).join(", ")} (${dayOf(at.committer)})`;
}

function groupText([heading, entries]: Group, most: number): string {
  const more = entries.length > most ? [`- and ${entries.length - most} more`] : [];
  return [`\n### ${heading}\n`, ...entries.slice(0, most), ...more].join("\n");
}

function groupsOf(release: Release, answer: ChangelogAnswer): Group[] {
  return answer.by === "type" ? typeGroups(release) : folderGroups(release, answer);
}

const HEADINGS = {
  feat: "Features",
  fix: "Fixes",
  perf: "Performance",
  refactor: "Refactoring",
  docs: "Documentation",
  test: "Tests",
  build: "Build",
  ci: "CI",
  style: "Style",
  chore: "Chores",
  revert: "Reverts",
  other: "Other",
} as const satisfies Record<CommitType, string>;

function typeGroups({ commits }: Release): Group[] {
  const all = commits.map((commit) => ({ commit, told: readConventional(commit) }));
  const breaking = all.filter(({ told }) => told.breaking !== undefined);
  const groups: Group[] = TYPES.map((type) => [
    HEADINGS[type],
    all
      .filter(({ told }) => told.type === type && told.breaking === undefined)
      .map(({ commit }) => entryOf(commit)),
  ]);
  const first: Group = ["Breaking changes", breaking.map(({ commit }) => entryOf(commit))];
  return [first, ...groups].filter(([, entries]) => entries.length > 0);
}

function entryOf(commit: CommitFacts): string {
  const { scope, subject, breaking } = readConventional(commit);
  const before = scope === undefined ? "" : `**${markdownText(scope, 60)}**: `;
  const note = breaking === undefined || breaking === "" ? "" : ` (${markdownText(breaking)})`;
  return `- ${before}${markdownText(subject)}${note} ${shortHash(commit.hash)}`;
}

/** More folders than this are one group. */
const FEW = 3;

function folderGroups({ commits }: Release, { repository, changelog }: ChangelogAnswer): Group[] {
  const groups = new Map<string, string[]>();
  for (const commit of commits) {
    const folders = [...new Set((commit.files ?? []).flatMap((file) => folderOf(file, changelog.paths)))];
    const headings =
      folders.length > FEW ? ["Many folders"] : folders.map((folder) => named(folder, repository));
    for (const heading of headings.length === 0 ? ["No files"] : headings)
      groups.set(heading, [...(groups.get(heading) ?? []), plainEntry(commit)]);
  }
  return [...groups].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function plainEntry(commit: CommitFacts): string {
  const { breaking, scope, subject, type } = readConventional(commit);
  const sign = breaking === undefined ? "" : "**breaking** ";
  const before =
    type === "other" ? "" : `${type}${scope === undefined ? "" : ` ${markdownText(scope, 60)}`}: `;
  return `- ${sign}${before}${markdownText(subject)} ${shortHash(commit.hash)}`;
}

function named(folder: string, repository: Repository): string {
  return markdownText(shownPath(repository, folder));
}

/** The first folder below the path that was asked for; `""` is the top. Nothing for a file outside of them. */
function folderOf(file: string, paths: readonly string[]): string[] {
  const asked = paths.length === 0 ? [""] : paths;
  const above = asked.find((path) => path === "" || path === file || file.startsWith(`${path}/`));
  if (above === undefined) return [];
  const rest = file.slice(above === "" ? 0 : above.length + 1).split("/");
  if (rest.length < 2) return [above === file ? above.split("/").slice(0, -1).join("/") : above];
  return [[above, rest[0]].filter((part) => part !== "").join("/")];
}

function headerOf({ changelog }: ChangelogAnswer, most: number): string {
  const { range, since, releases, total, merges, cut, embedded } = changelog;
  const tagged = releases.filter(({ tags }) => tags !== undefined).length;
  const told = releases.flatMap(({ commits }) => commits).map(readConventional);
  const breaking = told.filter((each) => each.breaking !== undefined).length;
  const facts = [
    `${oneLine(range)}: ${total === 0 ? "no commits" : counted(total, "commit")}`,
    ...some(tagged, counted(tagged, "tag")),
    ...some(breaking, `${breaking} breaking`),
    ...some(merges, `${counted(merges, "merge")} left out`),
    ...(since === undefined ? [] : [SINCE[since]]),
    ...(embedded ? ["answered without the git program"] : []),
    ...(cut ? ["only the newest 5000 commits were looked at: give a later from"] : []),
    ...(most === Infinity ? [] : [`at most ${most} a group shown: a smaller range or paths give all`]),
  ];
  return `[${cut || most !== Infinity ? "partial: " : ""}${facts.join("; ")}]`;
}

const SINCE = {
  "newest tag": "from the newest tag before",
  "first commit": "from the first commit",
} as const;

function some(count: number, text: string): string[] {
  return count === 0 ? [] : [text];
}
