import fc from "fast-check";
import { type Change, FastImport, type Mark, type Mode } from "./fast-import.ts";
import { repository, type Repository } from "./repository.ts";
import type { Ground } from "./workspace.ts";

const BRANCHES = ["main", "side", "feature/ü"] as const;
// no name is a folder of another one
const PATHS = [
  "a.txt",
  "b.txt",
  "dir/a.txt",
  "dir/deep/c.txt",
  "é ü.txt",
  'q"uo\tte',
  "-dash",
  "x/[y].md",
] as const;
const LINES = ["one", "two", "three", "", "grün", "\ttab", "++x", "-- y"] as const;
const AUTHORS = ["Ada <ada@example.com>", "Zoë Ü <zoe@example.com>"] as const;
const SUBJECTS = [
  "feat(core): new",
  "fix!: broken",
  "docs: größer",
  "some words",
  "chore: body\n\nBREAKING CHANGE: x",
] as const;

const path = fc.constantFrom(...PATHS);
const lines = fc.array(fc.constantFrom(...LINES), { maxLength: 8, size: "medium" });
const change = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("write"), path, lines, end: fc.constantFrom("\n", "") }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("edit"), path, at: fc.nat(8), lines }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("delete"), path }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("rename"), path, to: path }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("mode"), path }) },
);
const step = fc.record({
  branch: fc.constantFrom(...BRANCHES),
  /** A new branch starts at this commit of those that are; none: without parents. */
  start: fc.option(fc.nat(40), { freq: 8 }),
  merge: fc.option(fc.constantFrom(...BRANCHES), { freq: 4, nil: undefined }),
  changes: fc.array(change, { maxLength: 4, size: "medium" }),
  author: fc.constantFrom(...AUTHORS),
  subject: fc.constantFrom(...SUBJECTS),
  tag: fc.constantFrom("none", "none", "none", "light", "annotated"),
});

/** What to do in a history of 1 to 40 commits. It shrinks to fewer and simpler commits. */
export const randomHistory = fc.record({
  format: fc.constantFrom("sha1", "sha256"),
  steps: fc.array(step, { minLength: 1, maxLength: 40, size: "large" }),
});

export type RandomHistory = typeof randomHistory extends fc.Arbitrary<infer R> ? R : never;
type RandomChange = typeof change extends fc.Arbitrary<infer R> ? R : never;

export interface MadeFile {
  readonly text: string;
  readonly mode: Extract<Mode, "100644" | "100755">;
}

export interface MadeCommit {
  readonly hash: string;
  readonly parents: readonly string[];
  readonly branch: string;
  /** As git keeps it, with a line end. */
  readonly message: string;
  readonly author: string;
  /** Seconds since 1970. */
  readonly time: number;
  /** The whole tree, by path. */
  readonly files: ReadonlyMap<string, MadeFile>;
}

export interface MadeHistory {
  readonly repo: Repository;
  /** Oldest first. */
  readonly commits: readonly MadeCommit[];
  readonly branches: ReadonlyMap<string, string>;
  readonly tags: ReadonlyMap<string, { readonly commit: string; readonly annotated: boolean }>;
}

const START = 1_600_000_000;

interface Planned extends Omit<MadeCommit, "hash" | "parents"> {
  readonly mark: Mark;
  readonly parents: readonly Mark[];
}

/** Makes a fresh repository in `folder` with that history, `main` checked out and clean. */
export async function makeHistory(
  ground: Ground,
  { format, steps }: RandomHistory,
  folder = "",
): Promise<MadeHistory> {
  const repo = await repository(ground, { folder, format });
  const stream = new FastImport();
  const planned: Planned[] = [];
  const tips = new Map<string, Planned>();
  const tags = new Map<string, { mark: Mark; annotated: boolean }>();
  for (const [index, step] of steps.entries()) {
    const { author, tag } = step;
    const parents = parentsOf(step, tips, planned);
    const files = new Map(parents.toReversed().flatMap((parent) => [...parent.files]));
    for (const each of step.changes) apply(each, files);
    const time = START + 60 * index;
    const date = `${time} +0200`;
    const about = {
      // the first makes `main`, which is checked out
      branch: index === 0 ? "main" : step.branch,
      message: `${step.subject}\n`,
      author,
      parents: parents.map(({ mark }) => mark),
    };
    const mark = stream.commit({ ...about, date, changes: whole(files) });
    const made = { ...about, time, files, mark };
    planned.push(made);
    tips.set(about.branch, made);
    if (tag === "none") continue;
    const annotated = tag === "annotated";
    const name = `v${tags.size}.0`;
    stream.tag(name, mark, annotated ? { message: `tag ${name}\n`, author, date } : undefined);
    tags.set(name, { mark, annotated });
  }
  const hashes = await stream.into(repo);
  const hash = (mark: Mark): string => hashes.get(mark) ?? "";
  return {
    repo,
    commits: planned.map(({ mark, parents, ...rest }) => ({
      ...rest,
      hash: hash(mark),
      parents: parents.map(hash),
    })),
    branches: new Map([...tips].map(([name, { mark }]) => [name, hash(mark)])),
    tags: new Map([...tags].map(([name, { mark, annotated }]) => [name, { commit: hash(mark), annotated }])),
  };
}

/** None for a root commit, two for a merge. */
function parentsOf(
  { branch, start, merge }: RandomHistory["steps"][number],
  tips: ReadonlyMap<string, Planned>,
  planned: readonly Planned[],
): Planned[] {
  const first = tips.get(branch) ?? (start === null ? undefined : planned[start % planned.length]);
  const second = merge === undefined ? undefined : tips.get(merge);
  return [...new Set([first, second])].filter((parent) => parent !== undefined);
}

function whole(files: ReadonlyMap<string, MadeFile>): Change[] {
  const puts = [...files].map(([path, { text, mode }]): Change => ({
    kind: "put",
    path,
    content: text,
    mode,
  }));
  return [{ kind: "clear" }, ...puts];
}

/** A change of a file that is not there does nothing. */
function apply(change: RandomChange, files: Map<string, MadeFile>): void {
  const old = files.get(change.path);
  if (change.kind === "write") {
    const text = change.lines.join("\n") + change.end;
    files.set(change.path, { text, mode: old?.mode ?? "100644" });
    return;
  }
  if (old === undefined) return;
  if (change.kind === "edit") {
    const lines = old.text.split(/(?<=\n)/u);
    lines.splice(change.at, 1, ...change.lines.map((line) => `${line}\n`));
    files.set(change.path, { ...old, text: lines.join("") });
  } else if (change.kind === "mode")
    files.set(change.path, { ...old, mode: old.mode === "100644" ? "100755" : "100644" });
  else {
    files.delete(change.path);
    if (change.kind === "rename") files.set(change.to, old);
  }
}
