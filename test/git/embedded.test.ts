import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareBytes } from "../../servers/git/engine/git/parse-status.ts";
import type {
  DiffAsk,
  Engine,
  FileDiff,
  LogAsk,
  StatusEntry,
  StatusFacts,
} from "../../servers/git/engine/shapes.ts";
import { ToolError } from "../../shared/errors.ts";
import type { Repository as Opened } from "../../shared/git/repository.ts";
import { enginePair } from "../support/engines.ts";
import { makeHistory, randomHistory } from "../support/random-history.ts";
import { changeTree, startTree, treePath, treeStart, treeStep } from "../support/random-tree.ts";
import { repository, type Repository } from "../support/repository.ts";
import { opened } from "../support/workspace.ts";

/** More runs than usual, by hand. */
const TIMES = Number(process.env["TIMES"] ?? 1);
const { signal } = new AbortController();

/** Renames that are only similar are told by the program alone: both are compared as what they are made of. */
function withoutRenames({ entries, ...facts }: StatusFacts): StatusFacts {
  const split = entries.flatMap((entry): StatusEntry[] => {
    const { from, ...plain } = entry;
    if (from === undefined) return [plain];
    const gone: StatusEntry = {
      ...plain,
      path: from,
      index: entry.index === "R" ? "D" : ".",
      tree: entry.index === "R" ? "." : "D",
    };
    return [
      { ...plain, index: entry.index === "R" ? "A" : ".", tree: entry.index === "R" ? entry.tree : "A" },
      gone,
    ];
  });
  // of an intended path that HEAD has, one line may have become two
  const sorted = split.toSorted((a, b) => a.kind.localeCompare(b.kind) || compareBytes(a.path, b.path));
  return { ...facts, entries: sorted };
}

async function answer<T>(of: Promise<T>): Promise<T | ToolError> {
  try {
    return await of;
  } catch (error) {
    if (error instanceof ToolError) return error;
    throw error;
  }
}

/** Equal, or the embedded engine says that it cannot: how often is told. */
async function sameOrUnable<T>(
  both: readonly [Promise<T>, Promise<T>],
  told: { same: number; unable: number },
  shown: (facts: T, others: T) => unknown = (facts) => facts,
): Promise<void> {
  const [program, embedded] = await Promise.all([answer(both[0]), answer(both[1])]);
  if (embedded instanceof ToolError && embedded.code === "unavailable") {
    told.unable += 1;
    return;
  }
  if (program instanceof ToolError) {
    expect(embedded).toMatchObject({ code: program.code });
    return;
  }
  if (embedded instanceof ToolError) throw embedded;
  expect(shown(embedded, program)).toEqual(shown(program, embedded));
  told.same += 1;
}

const asks = fc.record({
  paths: fc.oneof(
    fc.constant<string[]>([]),
    fc.array(fc.constantFrom("dir", "new", "new/deep", "a.txt", "build/sub", "build"), { maxLength: 2 }),
  ),
  untracked: fc.oneof(
    { weight: 4, arbitrary: fc.constant(true) },
    { weight: 1, arbitrary: fc.constant(false) },
  ),
  ignored: fc.constantFrom(true, true, false),
});

const logAsks = fc.record({
  kind: fc.constantFrom("one", "range", "several", "symmetric"),
  one: fc.nat(40),
  other: fc.nat(40),
  paths: fc.oneof(
    { weight: 2, arbitrary: fc.constant<string[]>([]) },
    { weight: 1, arbitrary: fc.array(treePath, { minLength: 1, maxLength: 2 }) },
  ),
  author: fc.option(fc.constantFrom("ada", "ZOË", "zo", "@EXAMPLE"), { nil: undefined, freq: 4 }),
  grep: fc.option(fc.constantFrom("FEAT", "größer", "GRÖ", "breaking", "."), { nil: undefined, freq: 4 }),
  sinceAt: fc.option(fc.nat(40), { nil: undefined, freq: 5 }),
  untilAt: fc.option(fc.nat(40), { nil: undefined, freq: 5 }),
  skip: fc.nat(3),
  limit: fc.constantFrom(1, 5, 100),
});
type Asked = typeof logAsks extends fc.Arbitrary<infer R> ? R : never;

function revisionsOf({ kind, one, other }: Asked, pick: (index: number) => string): string[] {
  if (kind === "one") return [pick(one)];
  if (kind === "several") return [pick(one), pick(other)];
  return kind === "range" ? [`^${pick(one)}`, pick(other)] : [`${pick(one)}...${pick(other)}`];
}

function filtersOf(
  { author, grep, sinceAt, untilAt }: Asked,
  commits: readonly { time: number }[],
): Pick<LogAsk, "author" | "grep" | "since" | "until"> {
  const date = (index: number): string =>
    new Date((commits[index % commits.length]?.time ?? 0) * 1_000).toISOString().replace(/\.\d+Z$/u, "Z");
  return {
    ...(author === undefined ? {} : { author }),
    ...(grep === undefined ? {} : { grep }),
    ...(sinceAt === undefined ? {} : { since: date(sinceAt) }),
    ...(untilAt === undefined ? {} : { until: date(untilAt) }),
  };
}

/** Branches that follow others: one of this repository, one of a remote, one that is gone. */
async function followed(repo: Repository, branches: readonly string[]): Promise<void> {
  await repo.git("remote", "add", "origin", "https://example.com/x.git");
  for (const [index, branch] of branches.entries()) {
    await repo.git(
      "update-ref",
      `refs/remotes/origin/${branch}`,
      branches[(index + 1) % branches.length] ?? branch,
    );
    await repo.git("config", `branch.${branch}.remote`, index === 1 ? "." : "origin");
    await repo.git(
      "config",
      `branch.${branch}.merge`,
      index === 2 ? "refs/heads/gone" : `refs/heads/${branches[0] ?? branch}`,
    );
  }
  await repo.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main");
}

function object(engine: Engine, at: Opened, name: string): Promise<unknown> {
  return engine.object?.(at, name, signal) ?? Promise.reject(new Error("no object()"));
}

const diffAsks = fc.record({
  kind: fc.constantFrom("commits", "staged", "head", "tree"),
  from: fc.nat(10),
  to: fc.nat(10),
  paths: fc.oneof(
    { weight: 3, arbitrary: fc.constant<string[]>([]) },
    { weight: 1, arbitrary: fc.array(treePath, { minLength: 1, maxLength: 3 }) },
  ),
  stat: fc.boolean(),
  context: fc.constantFrom(0, 1, 3),
  mergeBase: fc.boolean(),
});

/**
 * Both as what renames are made of, those paths without counts and patches, since the program also tells similar
 * ones. Of the others the patch is compared but for where equal lines are cut: its head, and the changed lines.
 */
function shownFiles(files: readonly FileDiff[], others: readonly FileDiff[]): unknown {
  const renamed = new Set(
    [...files, ...others].flatMap(({ path, from }) => (from === undefined ? [] : [path, from])),
  );
  return files
    .flatMap(({ from, ...file }) => {
      const made = renamed.has(file.path)
        ? { path: file.path, status: from === undefined ? file.status : "A" }
        : shownFile(file);
      return from === undefined ? [made] : [made, { path: from, status: "D" }];
    })
    .toSorted((a, b) => compareBytes(a.path, b.path));
}

function shownFile({
  patch,
  ...file
}: FileDiff): Pick<FileDiff, "path" | "status"> & Record<string, unknown> {
  if (patch === undefined) return file;
  const [head = "", ...hunks] = patch.split(/^(?=@@ )/mu);
  const changed = hunks
    .join("")
    .split("\n")
    .filter((line) => /^[-+]/u.test(line))
    .toSorted();
  return { ...file, head, changed };
}

const BARE = "a bare repository";

/** Other places of the history of a repository in the folder `first`. */
const LAYOUTS: Readonly<Record<string, (first: Repository) => Promise<Repository>>> = {
  async "a linked work tree"(first) {
    await first.git("worktree", "add", "--quiet", "--detach", "../linked", "main");
    return first.at("../linked");
  },
  async [BARE](first) {
    await first.git("clone", "--quiet", "--mirror", ".", "../bare.git");
    return first.at("../bare.git");
  },
  async "a submodule"(first) {
    const over = first.at("../over");
    await first.git("init", "--quiet", "--template=", "../over");
    await over.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", "../first", "sub");
    return over.at("sub");
  },
};

describe("beside the program", () => {
  test("status is the same after any changes of the working tree and the index", async () => {
    const told = { same: 0, unable: 0 };
    await fc.assert(
      fc.asyncProperty(
        treeStart,
        fc.array(treeStep, { maxLength: 14, size: "large" }),
        asks,
        async (start, steps, ask) => {
          await using ground = await opened();
          const repo = await repository(ground);
          await startTree(repo, start);
          for (const step of steps) await changeTree(repo, step);
          const { git, program, embedded } = enginePair(ground);
          const at = await git.open(undefined, signal);
          await sameOrUnable(
            [program.status(at, ask, signal), embedded.status(at, ask, signal)],
            told,
            withoutRenames,
          );
        },
      ),
      { numRuns: 25 * TIMES },
    );
    if (TIMES > 1) process.stderr.write(JSON.stringify(told));
    expect(told.same).toBeGreaterThan(told.unable * 4);
  });

  test("history, references, objects and files at a revision are the same", async () => {
    const told = { same: 0, unable: 0 };
    await fc.assert(
      fc.asyncProperty(randomHistory, fc.boolean(), logAsks, async (history, packed, asked) => {
        await using ground = await opened();
        const { repo, commits, branches } = await makeHistory(ground, { ...history, format: "sha1" });
        await followed(repo, [...branches.keys()]);
        if (packed) await repo.git("gc", "--quiet");
        const { git, program, embedded } = enginePair(ground);
        const at = await git.open(undefined, signal);
        const pick = (index: number): string => commits[index % commits.length]?.hash ?? "";
        const revisions = revisionsOf(asked, pick);
        const { paths, skip, limit } = asked;
        const ask: LogAsk = { revisions, paths, skip, limit, follow: false, ...filtersOf(asked, commits) };
        await sameOrUnable([program.log(at, ask, signal), embedded.log(at, ask, signal)], told);
        const named: LogAsk = { revisions, paths: [], skip, limit, follow: false, files: true };
        await sameOrUnable([program.log(at, named, signal), embedded.log(at, named, signal)], told);
        const one = pick(asked.one);
        await sameOrUnable([program.commit(at, one, signal), embedded.commit(at, one, signal)], told);
        for (const prefix of ["refs/heads/", "refs/tags/", "refs/remotes/"])
          await sameOrUnable([program.refs(at, prefix, signal), embedded.refs(at, prefix, signal)], told);
        for (const path of ["", "dir", "dir/deep/c.txt", "a.txt", "nowhere", "dir/nowhere", "é ü.txt"])
          await sameOrUnable([program.at(at, one, path, signal), embedded.at(at, one, path, signal)], told);
        for (const name of [
          one,
          `${one}^{tree}`,
          ...(await repo.git("tag", "--format=%(objectname)")).split("\n").filter(Boolean),
        ])
          await sameOrUnable([object(program, at, name), object(embedded, at, name)], told);
        const none = { paths: [], untracked: true, ignored: true };
        await sameOrUnable([program.status(at, none, signal), embedded.status(at, none, signal)], told);
      }),
      { numRuns: 8 * TIMES },
    );
    if (TIMES > 1) process.stderr.write(JSON.stringify(told));
    expect(told.same).toBeGreaterThan(told.unable * 4);
  });

  test("differences have the same files and counts, and patches that make one side from the other", async () => {
    const told = { same: 0, unable: 0 };
    await fc.assert(
      fc.asyncProperty(
        randomHistory,
        fc.array(treeStep, { maxLength: 10, size: "large" }),
        diffAsks,
        async (history, steps, asked) => {
          await using ground = await opened();
          const { repo, commits } = await makeHistory(ground, {
            ...history,
            format: "sha1",
            steps: history.steps.slice(0, 8),
          });
          for (const step of steps) await changeTree(repo, step);
          const { git, program, embedded } = enginePair(ground);
          const at = await git.open(undefined, signal);
          const hash = (index: number): { hash: string } => ({
            hash: commits[index % commits.length]?.hash ?? "",
          });
          const sides = {
            commits: [hash(asked.from), hash(asked.to)],
            staged: [hash(asked.from), "index"],
            head: [hash(asked.from), "tree"],
            tree: ["index", "tree"],
          } as const;
          const [from, to] = sides[asked.kind];
          const { paths, stat, context } = asked;
          const ask: DiffAsk = {
            from,
            to,
            paths,
            stat,
            context,
            words: false,
            mergeBase: asked.kind === "commits" && asked.mergeBase,
          };
          await sameOrUnable(
            [program.diff(at, ask, signal), embedded.diff(at, ask, signal)],
            told,
            shownFiles,
          );
        },
      ),
      { numRuns: 25 * TIMES },
    );
    if (TIMES > 1) process.stderr.write(JSON.stringify(told));
    expect(told.same).toBeGreaterThan(told.unable * 2);
  });

  test.each(Object.entries(LAYOUTS))("all of that is the same in %s", async (layout, layOut) => {
    const told = { same: 0, unable: 0 };
    await fc.assert(
      fc.asyncProperty(
        randomHistory,
        fc.boolean(),
        logAsks,
        fc.array(treeStep, { maxLength: 8, size: "large" }),
        async (history, packed, asked, steps) => {
          await using ground = await opened();
          const made = await makeHistory(ground, { ...history, format: "sha1" }, "first");
          if (packed) await made.repo.git("gc", "--quiet");
          const place = await layOut(made.repo);
          const { git, program, embedded } = enginePair(ground);
          const pick = (index: number): string => made.commits[index % made.commits.length]?.hash ?? "";
          const [one, other] = [pick(asked.one), pick(asked.other)];
          if (layout !== BARE) for (const step of steps) await changeTree(place, step);
          const at = await git.open(place.root, signal);
          const { paths, skip, limit } = asked;
          const log: LogAsk = {
            paths,
            skip,
            limit,
            follow: false,
            revisions: revisionsOf(asked, pick),
            ...filtersOf(asked, made.commits),
          };
          const both = <T>(of: (engine: Engine) => Promise<T>): [Promise<T>, Promise<T>] => [
            of(program),
            of(embedded),
          ];
          await sameOrUnable(
            both((engine) => engine.log(at, log, signal)),
            told,
          );
          await sameOrUnable(
            both((engine) => engine.commit(at, one, signal)),
            told,
          );
          await sameOrUnable(
            both((engine) => engine.refs(at, "refs/", signal)),
            told,
          );
          for (const path of ["", "dir", "a.txt"])
            await sameOrUnable(
              both((engine) => engine.at(at, one, path, signal)),
              told,
            );
          const plain = { paths: [], stat: false, context: 3, words: false };
          const sides: [DiffAsk["from"], DiffAsk["to"]][] = [[{ hash: one }, { hash: other }]];
          if (layout !== BARE) sides.push(["index", "tree"], [{ hash: one }, "index"]);
          for (const [from, to] of sides)
            await sameOrUnable(
              both((engine) => engine.diff(at, { ...plain, from, to }, signal)),
              told,
              shownFiles,
            );
          if (layout === BARE) return;
          const all = { paths: [], untracked: true, ignored: true };
          await sameOrUnable(
            both((engine) => engine.status(at, all, signal)),
            told,
            withoutRenames,
          );
        },
      ),
      { numRuns: 6 * TIMES },
    );
    if (TIMES > 1) process.stderr.write(JSON.stringify(told));
    expect(told.same).toBeGreaterThan(told.unable * 4);
  });
});
