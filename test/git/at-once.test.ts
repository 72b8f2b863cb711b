import { existsSync } from "node:fs";
import { chmod, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import gitServer from "../../servers/git/server.ts";
import { Git } from "../../shared/git/git.ts";
import { RepositoryTrust } from "../../shared/policy/repository-trust.ts";
import { callable, type Called } from "../support/call-tool.ts";
import { locksOf, repositoryState } from "../support/repository-state.ts";
import { repository, type Repository } from "../support/repository.ts";
import { opened, temporary } from "../support/workspace.ts";
import { trusting } from "./trusting.ts";

interface Place extends AsyncDisposable {
  readonly repo: Repository;
  /** Servers of their own on the same repository, each as if it were another process. */
  readonly servers: readonly Called[];
}

async function place(servers: number): Promise<Place> {
  const ground = await temporary();
  const repo = await repository(ground);
  await repo.git("config", "user.name", "R");
  await repo.git("config", "user.email", "r@example.com");
  await repo.commit("first", { "a.txt": "one\n", "dir/b.txt": "b\n" });
  await repo.branch("feature", { "theirs.txt": "t\n" });
  await repo.git("switch", "--quiet", "main");
  const open: Called[] = [];
  // one person's servers share a state folder, and by that they take turns
  const state = join(ground.root, "../state");
  await mkdir(state);
  for (let index = 0; index < servers; index++) {
    const called = await callable(gitServer, { roots: [ground.root], state });
    ground.scope.defer(() => called[Symbol.asyncDispose]());
    open.push(called);
  }
  return { repo, servers: open, [Symbol.asyncDispose]: () => ground.scope.close() };
}

async function failuresOf(calls: readonly Promise<Awaited<ReturnType<Called["call"]>>>[]): Promise<string[]> {
  const answers = await Promise.all(calls);
  return answers.flatMap(({ error, parts }) =>
    error === undefined ? [] : [`${error} ${JSON.stringify(parts)}`],
  );
}

/** Nothing is broken, and nobody holds anything. */
async function expectSound(repo: Repository): Promise<void> {
  expect(await repo.git("fsck", "--strict", "--no-dangling")).toBe("");
  expect(locksOf(repo)).toEqual([]);
}

describe("many calls at once", { timeout: 120_000 }, () => {
  test.each([1, 2])(
    "16 that read and write through %i servers: all land, none meets a lock",
    async (count) => {
      await using at = await place(count);
      const { repo, servers } = at;
      for (let round = 0; round < 3; round++) {
        const names = Array.from({ length: 4 }, (_, index) => `new-${round}-${index}.txt`);
        for (const name of names) await repo.write({ [name]: `${name}\n` });
        const reads = ["git_status", "git_log", "git_diff", "git_show"].map((name): [string, object] => [
          name,
          {},
        ]);
        const writes: [string, object][] = [
          ...names.map((path): [string, object] => ["git_stage", { paths: [path] }]),
          ...names.map((name): [string, object] => ["git_branches", { action: "create", name }]),
          ["git_branches", { action: "create", kind: "tag", name: `v${round}`, message: "m" }],
          ["git_stage", { hunks: [{ path: "a.txt", startLine: 1, endLine: 1 }] }],
          ["git_commit", { message: `empty ${round}`, allowEmpty: true }],
          ["git_branches", { action: "list" }],
        ];
        await repo.write({ "a.txt": `changed ${round}\n` });
        const calls = [...writes, ...reads].map(([name, input], index) => {
          const server = servers[index % servers.length];
          if (server === undefined) throw new Error("no server");
          return server.call(name, input);
        });
        expect(calls).toHaveLength(16);
        expect(await failuresOf(calls)).toEqual([]);
        const tracked = (await repo.git("ls-files")).split("\n");
        expect(tracked).toEqual(expect.arrayContaining(names));
        const branches = (await repo.git("branch", "--format=%(refname:short)")).split("\n");
        expect(branches).toEqual(expect.arrayContaining(names));
        expect(await repo.git("log", "--format=%s", "--grep", `empty ${round}`)).toBe(`empty ${round}`);
        expect((await repo.bytes(["show", ":a.txt"])).toString()).toBe(`changed ${round}\n`);
        expect(await repo.git("tag")).toContain(`v${round}`);
      }
      await expectSound(repo);
    },
  );

  test("commits, switches, stashes and merges come one after the other", async () => {
    await using at = await place(1);
    const { repo, servers } = at;
    const [server] = servers;
    if (server === undefined) throw new Error("no server");
    const calls = Array.from({ length: 16 }, (_, index) => {
      if (index % 4 === 0) return server.call("git_switch", { create: `b${index}` });
      if (index % 4 === 1) return server.call("git_commit", { message: `c${index}`, allowEmpty: true });
      if (index % 4 === 2)
        return server.call("git_merge", { action: "merge", refs: ["feature"], ff: "never" });
      return server.call("git_status", {});
    });
    expect(await failuresOf(calls)).toEqual([]);
    const subjects = await repo.git("log", "--all", "--format=%s");
    for (const index of [1, 5, 9, 13]) expect(subjects).toContain(`c${index}`);
    expect(await repo.git("status", "--porcelain")).toBe("");
    await expectSound(repo);
  });
});

/** What stands in a repository but for hashes and times of what was made just now. */
async function shapeOf(repo: Repository): Promise<string> {
  return JSON.stringify([
    await repo.git("ls-files", "-s", "-v"),
    await repo
      .git("status", "--porcelain=v2", "--branch", "-uall")
      .then((text) => text.replace(/# branch.oid.*\n/u, "")),
    await repo.git("log", "--all", "--format=%s %T"),
    await repo.git("for-each-ref", "--format=%(refname)"),
    await repo.git("stash", "list", "--format=%gs"),
    (await repositoryState(repo)).filter((line) =>
      /^\/\.git\/(?:MERGE|CHERRY|REVERT|rebase|sequencer)/u.test(line),
    ).length,
  ]);
}

interface Cancelled {
  readonly name: string;
  readonly tool: string;
  readonly input: object;
  readonly make?: (repo: Repository) => Promise<unknown>;
}

const dirty = (repo: Repository): Promise<void> =>
  repo.write(
    Object.fromEntries(
      Array.from({ length: 120 }, (_, index) => [`many/${index}.txt`, `changed ${index}\n`]),
    ),
  );

const CANCELLED: readonly Cancelled[] = [
  { name: "stage", tool: "git_stage", input: { paths: ["."] }, make: dirty },
  { name: "commit", tool: "git_commit", input: { message: "m", all: true }, make: dirty },
  { name: "switch", tool: "git_switch", input: { ref: "feature" } },
  { name: "merge", tool: "git_merge", input: { action: "merge", refs: ["feature"], ff: "never" } },
  { name: "rebase", tool: "git_merge", input: { action: "rebase", refs: ["feature"] } },
  { name: "cherry-pick", tool: "git_merge", input: { action: "cherry-pick", refs: ["feature"] } },
  { name: "restore", tool: "git_restore", input: { paths: ["."] }, make: dirty },
  { name: "stash push", tool: "git_stash", input: { action: "push" }, make: dirty },
  {
    name: "stash pop",
    tool: "git_stash",
    input: { action: "pop" },
    make: async (repo) => {
      await dirty(repo);
      await repo.git("stash", "push", "--quiet");
    },
  },
  { name: "branch", tool: "git_branches", input: { action: "create", name: "x" } },
];

describe("a call that is cancelled", { timeout: 120_000 }, () => {
  async function ground({ make }: Cancelled): Promise<Place> {
    const at = await place(1);
    const { repo } = at;
    await repo.commit(
      "many",
      Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`many/${i}.txt`, `${i}\n`])),
    );
    await repo.git("switch", "--quiet", "feature");
    await repo.commit(
      "theirs",
      Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`more/${i}.txt`, `${i}\n`])),
    );
    await repo.git("switch", "--quiet", "main");
    await make?.(repo);
    return at;
  }

  test.each(CANCELLED)("$name: all of it was done or nothing, and no lock is left", async (each) => {
    const { tool, input } = each;
    await using whole = await ground(each);
    const [twin] = whole.servers;
    const started = performance.now();
    expect((await twin?.call(tool, input))?.error).toBeUndefined();
    const took = performance.now() - started;
    const done = await shapeOf(whole.repo);
    await using at = await ground(each);
    const [server] = at.servers;
    const before = await shapeOf(at.repo);
    expect(done).not.toBe(before);
    for (const part of [0.1, 0.25, 0.4, 0.55, 0.7, 0.85]) {
      const controller = new AbortController();
      const call = server?.call(tool, input, controller.signal);
      await setTimeout(took * part);
      controller.abort(new DOMException("cancelled", "AbortError"));
      const answer = await call;
      const now = await shapeOf(at.repo);
      expect(locksOf(at.repo), `${part}`).toEqual([]);
      if (now !== before) {
        expect(JSON.parse(now), `${part} ${JSON.stringify(answer?.parts)}`).toEqual(JSON.parse(done));
        return;
      }
      expect(answer?.error, `${part} ${JSON.stringify(answer?.parts)}`).toBe("cancelled");
    }
  });
});

test("a commit that is cancelled after HEAD moved leaves none of it staged backwards", async () => {
  await using at = await place(1);
  const { repo, servers } = at;
  const moved = join(repo.root, ".git/moved");
  await repo.write({
    "a.txt": "two\n",
    ".git/hooks/reference-transaction": `#!/bin/sh\n[ "$1" != committed ] || [ -e '${moved}' ] || { touch '${moved}'; exec sleep 20; }\n`,
  });
  await chmod(join(repo.root, ".git/hooks/reference-transaction"), 0o755);
  await trusting(repo, join(repo.root, "../state"));
  const controller = new AbortController();
  const call = servers[0]?.call("git_commit", { message: "m", all: true }, controller.signal);
  await expect.poll(() => existsSync(moved), { timeout: 20_000 }).toBe(true);
  controller.abort(new DOMException("cancelled", "AbortError"));
  expect((await call)?.error).toBe("cancelled");
  expect(await repo.git("log", "-1", "--format=%s")).toBe("m");
  expect([await repo.git("status", "--porcelain"), locksOf(repo)]).toEqual(["", []]);
});

test("a git that takes too long is ended, takes its lock away, and the call says so", async () => {
  await using ground = await opened();
  const repo = await repository(ground);
  await repo.commit("first", { "a.txt": "one\n" });
  await repo.write({ "a.txt": "two\n", "slow.sh": "#!/bin/sh\nexec sleep 20\n" });
  const home = join(ground.root, "../home");
  const git = new Git({
    workspace: ground.workspace,
    trust: new RepositoryTrust(join(ground.root, "../state")),
    home,
    stateFolder: join(ground.root, "../state"),
    scope: ground.scope,
  });
  const { signal } = new AbortController();
  const found = await git.open(undefined, signal);
  const args = ["commit", "--all", "--quiet", "--edit", "-m", "m"];
  const late = git.run(found, args, {
    signal,
    writes: true,
    deadlineMs: 400,
    env: { GIT_EDITOR: `sh ${join(ground.root, "slow.sh")}` },
  });
  await expect(late).rejects.toMatchObject({ code: "timeout", hint: expect.stringMatching(/./u) });
  expect(locksOf(repo)).toEqual([]);
  expect(await repo.git("log", "--format=%s")).toBe("first");
  expect(await readFile(join(ground.root, "a.txt"), "utf8")).toBe("two\n");
  expect(await repo.git("status", "--porcelain")).toBe(" M a.txt\n?? slow.sh");
});
