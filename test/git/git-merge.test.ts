import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { repository, servedGit, type Repository, type ServedGit } from "../support/repository.ts";

/** `main` and `dev` with a commit each beyond the first one, on `main`. */
async function twoSides(
  base: Record<string, string>,
  ours: Record<string, string | undefined>,
  theirs: Record<string, string | undefined>,
): Promise<ServedGit> {
  const suite = await servedGit(base);
  await suite.repo.branch("dev", theirs);
  await suite.repo.git("switch", "-q", "main");
  await suite.repo.commit("ours", ours);
  return suite;
}

/** Everything that an abort has to bring back. */
async function stateOf(repo: Repository): Promise<string[]> {
  return [
    await repo.git("rev-parse", "HEAD"),
    await repo.git("symbolic-ref", "-q", "HEAD").catch(() => "detached"),
    await repo.git("ls-files", "-s"),
    await repo.git("status", "--porcelain", "-uall"),
    await repo.git("diff"),
  ];
}

const lines = (...all: string[]): string => `${all.join("\n")}\n`;

describe("merge", () => {
  test("makes the merge commit that git makes, by its usual message", async () => {
    await using suite = await twoSides({ a: "1\n", b: "1\n" }, { a: "2\n" }, { b: "2\n", c: "3\n" });
    const { repo } = suite;
    const { text } = await suite.call("git_merge", { action: "merge", refs: ["dev"] });
    const head = await repo.git("rev-parse", "HEAD");
    expect(text).toBe(`[merged dev into main: ${head.slice(0, 10)}; 2 files changed]`);
    expect(await repo.git("log", "-1", "--format=%s")).toBe("Merge branch 'dev'");
    expect((await repo.git("log", "-1", "--format=%P")).split(" ")).toHaveLength(2);
    const again = await suite.call("git_merge", { action: "merge", refs: ["dev"] });
    expect(again.text).toBe("[already up to date: main contains dev; nothing was done]");
  });

  test("fast-forwards, or not, as it is told", async () => {
    await using suite = await servedGit({ a: "1\n" });
    const { repo } = suite;
    const dev = await repo.branch("dev", { a: "2\n" });
    await repo.git("switch", "-q", "main");
    expect((await suite.call("git_merge", { action: "merge", refs: ["dev"], ff: "only" })).text).toContain(
      "[fast-forwarded main to dev: ",
    );
    expect(await repo.git("rev-parse", "main")).toBe(dev);
    await repo.git("reset", "-q", "--hard", "HEAD~");
    const { text } = await suite.call("git_merge", {
      action: "merge",
      refs: ["dev"],
      ff: "never",
      message: "by hand",
    });
    expect(text).toContain("[merged dev into main: ");
    expect(await repo.git("log", "-1", "--format=%B")).toBe("by hand\n");
    await repo.git("switch", "-q", "dev");
    await repo.commit("more", { x: "1" });
    await repo.git("switch", "-q", "main");
    const before = await stateOf(repo);
    const refused = await suite.call("git_merge", { action: "merge", refs: ["dev"], ff: "only" });
    expect(refused.error).toBe("conflict");
    expect(refused.text).toContain("no fast-forward");
    expect(await stateOf(repo)).toEqual(before);
  });

  test("squashes and stages without a commit", async () => {
    await using suite = await twoSides({ a: "1\n" }, { b: "1\n" }, { a: "2\n" });
    const { repo } = suite;
    const head = await repo.git("rev-parse", "HEAD");
    expect((await suite.call("git_merge", { action: "merge", refs: ["dev"], squash: true })).text).toContain(
      "staged and not committed: git_commit makes one commit of it; 1 file changed]",
    );
    expect(await repo.git("status", "--porcelain")).toBe("M  a");
    await repo.git("reset", "-q", "--hard");
    expect((await suite.call("git_merge", { action: "merge", refs: ["dev"], commit: false })).text).toContain(
      "git_merge continue commits it",
    );
    expect(await repo.git("rev-parse", "HEAD")).toBe(head);
    const done = await suite.call("git_merge", { action: "continue" });
    expect(done.text).toContain("[merge finished: main is at");
    expect(await repo.git("log", "-1", "--format=%s")).toBe("Merge branch 'dev'");
  });

  test("merges several at once, and none of them when they conflict", async () => {
    await using suite = await servedGit({ a: "1\n" });
    const { repo } = suite;
    for (const name of ["one", "two", "three"]) {
      await repo.git("switch", "-q", "main");
      await repo.branch(name, { [name]: name, ...(name === "three" ? { one: "other" } : {}) });
    }
    await repo.git("switch", "-q", "main");
    const before = await stateOf(repo);
    const refused = await suite.call("git_merge", { action: "merge", refs: ["one", "three"] });
    expect(refused.text).toContain("Merge them one after the other");
    expect(await stateOf(repo)).toEqual(before);
    expect((await suite.call("git_merge", { action: "merge", refs: ["one", "two"] })).text).toContain(
      "[merged one, two into main: ",
    );
    expect(await repo.git("log", "-1", "--format=%s")).toBe("Merge branches 'one' and 'two'");
  });

  test("refuses unrelated histories and local changes in the way, and leaves all as it was", async () => {
    await using suite = await twoSides({ a: "1\n" }, { b: "1\n" }, { a: "2\n", u: "2\n" });
    const { repo } = suite;
    await repo.git("switch", "-q", "--orphan", "other");
    await repo.commit("other root", { z: "1" });
    await repo.git("switch", "-q", "main");
    expect((await suite.call("git_merge", { action: "merge", refs: ["other"] })).text).toContain(
      "no commit in common",
    );
    await repo.write({ a: "mine\n" });
    const before = await stateOf(repo);
    const dirty = await suite.call("git_merge", { action: "merge", refs: ["dev"] });
    expect(dirty.text).toContain("uncommitted changes are in the way: a");
    expect(await stateOf(repo)).toEqual(before);
    await repo.git("checkout", "-q", "a");
    await repo.write({ u: "mine\n" });
    const untracked = await suite.call("git_merge", { action: "merge", refs: ["dev"] });
    expect(untracked.text).toContain("files that git does not track are in the way: u");
    const rebase = await suite.call("git_merge", { action: "rebase", refs: ["dev"] });
    expect(rebase.text).toContain("files that git does not track are in the way: u");
    expect(await repo.git("status", "--porcelain", "-b")).toBe("## main\n?? u");
  });

  test("takes over another branch while there is no commit", async () => {
    await using suite = await servedGit({ a: "1\n" });
    const { repo } = suite;
    await repo.git("checkout", "-q", "--orphan", "fresh");
    await repo.git("rm", "-rqf", ".");
    expect((await suite.call("git_merge", { action: "rebase", refs: ["main"] })).text).toContain(
      "fresh has no commit yet",
    );
    expect((await suite.call("git_merge", { action: "merge", refs: ["main"] })).text).toContain(
      "[fast-forwarded fresh to main: ",
    );
    expect(await repo.git("status", "--porcelain", "-b")).toBe("## fresh");
  });
});

describe("conflicts", () => {
  const base = { "a.txt": lines("1", "2", "3"), "gone.txt": "x\n", bin: "\0\0a" };
  const ours = {
    "a.txt": lines("1", "ours", "3"),
    "gone.txt": "changed\n",
    bin: "\0\0b",
    "new.txt": "ours\n",
  };
  const theirs = {
    "a.txt": lines("1", "theirs", "3"),
    "gone.txt": undefined,
    bin: "\0\0c",
    "new.txt": "theirs\n",
  };

  test("are listed by kind with both sides, then continued", async () => {
    await using suite = await twoSides(base, ours, theirs);
    const { repo } = suite;
    const { text, error } = await suite.call("git_merge", { action: "merge", refs: ["dev"] });
    expect(error).toBeUndefined();
    const dev = await repo.git("rev-parse", "dev");
    expect(text.split("\n").slice(0, 8)).toEqual([
      "[merging dev into main: 4 files in conflict. Edit them, git_stage, then git_merge with action continue; or abort.]",
      "a.txt: both modified, 1 conflict",
      "@ lines 2-6",
      "<<<<<<< HEAD",
      "ours",
      "=======",
      "theirs",
      `>>>>>>> ${dev}`,
    ]);
    expect(text).toContain("bin: both modified; binary");
    expect(text).toContain("gone.txt: deleted by them; no markers");
    expect(text).toContain("new.txt: both added, 1 conflict");
    const again = await suite.call("git_merge", { action: "conflicts" });
    expect(again.text.split("\n").slice(1)).toEqual(text.split("\n").slice(1));
    const early = await suite.call("git_merge", { action: "continue" });
    expect(early.text).toContain("still in conflict: a.txt, bin, gone.txt, new.txt");
    await repo.git("add", "-A");
    const marked = await suite.call("git_merge", { action: "continue" });
    expect(marked.text).toContain("conflict markers are left in what is staged: a.txt, new.txt");
    await repo.write({ "a.txt": lines("1", "both", "3"), "new.txt": "both\n" });
    await repo.git("add", "-A");
    expect((await suite.call("git_merge", { action: "conflicts" })).text).toContain("no conflicts are left");
    expect((await suite.call("git_merge", { action: "continue", message: "done" })).text).toContain(
      "[merge finished: main is at ",
    );
    expect(await repo.git("log", "-1", "--format=%s")).toBe("done");
    expect((await repo.git("log", "-1", "--format=%P")).split(" ")).toHaveLength(2);
  });

  test.each(["merge", "rebase", "cherry-pick", "revert", "squash", "staged pick"])(
    "of a %s are taken back whole by abort, unrelated files untouched",
    async (kind) => {
      await using suite = await twoSides({ ...base, other: "1\n" }, ours, theirs);
      const { repo } = suite;
      await repo.commit("later", { "a.txt": lines("1", "later", "3") });
      await repo.write({ untracked: "mine\n", "dir/untracked": "mine\n" });
      if (kind !== "rebase") await repo.write({ other: "mine\n" });
      const before = await stateOf(repo);
      const action = kind === "squash" ? "merge" : kind === "staged pick" ? "cherry-pick" : kind;
      const more = kind === "squash" ? { squash: true } : kind === "staged pick" ? { commit: false } : {};
      const refs = kind === "revert" ? ["HEAD~1"] : ["dev"];
      const stopped = await suite.call("git_merge", { action, refs, ...more });
      expect(stopped.text).toContain("in conflict");
      const aborted = await suite.call("git_merge", { action: "abort" }, { kind: "yes", lifetime: "once" });
      expect(aborted.asked).toBeDefined();
      expect(aborted.text).toContain("put back: ");
      expect(await stateOf(repo)).toEqual(before);
      expect((await suite.call("git_merge", { action: "conflicts" })).text).toContain("nothing is under way");
    },
  );

  test("go on by cursor when there are many", async () => {
    const files = (side: string): Record<string, string> =>
      Object.fromEntries(
        Array.from({ length: 60 }, (_, index) => [
          `f${String(index).padStart(2, "0")}`,
          lines(...Array.from({ length: 10 }, (__, at) => `${side} ${at} ${"x".repeat(20)}`)),
        ]),
      );
    await using suite = await twoSides(files("base"), files("ours"), files("theirs"));
    let { text } = await suite.call("git_merge", { action: "merge", refs: ["dev"] });
    const seen = new Set<string>();
    for (let page = 0; page < 20; page++) {
      for (const [, name = ""] of text.matchAll(/^(f\d\d): both modified, 1 conflict$/gmu)) seen.add(name);
      const [, cursor] = /cursor ([\w-]+)\./u.exec(text) ?? [];
      if (cursor === undefined) break;
      ({ text } = await suite.call("git_merge", { action: "conflicts", cursor }));
    }
    expect(seen.size).toBe(60);
  });

  test("in files of secrets are named and not shown", async () => {
    await using suite = await twoSides(
      { ".env": "A=1\n" },
      { ".env": "A=ours-secret\n" },
      { ".env": "A=theirs-secret\n" },
    );
    const refused = await suite.call(
      "git_merge",
      { action: "merge", refs: ["dev"] },
      { kind: "no", how: "decline" },
    );
    expect(refused.asked?.message).toContain(".env");
    const { text } = await suite.call(
      "git_merge",
      { action: "merge", refs: ["dev"] },
      { kind: "yes", lifetime: "once" },
    );
    expect(text).toContain(".env: both modified; its contents are not shown");
    expect(text).not.toContain("secret\n");
  });
});

describe("rebase", () => {
  test("moves the commits and tells the way back", async () => {
    await using suite = await twoSides({ a: "1\n" }, { b: "1\n" }, { a: "2\n" });
    const { repo } = suite;
    await repo.commit("second", { c: "1\n" });
    const was = await repo.git("rev-parse", "HEAD");
    const { text } = await suite.call("git_merge", { action: "rebase", refs: ["dev"] });
    const now = await repo.git("rev-parse", "HEAD");
    expect(text).toContain(
      `[rebased main onto dev: 2 commits, now ${now.slice(0, 10)} (was ${was.slice(0, 10)}: `,
    );
    expect(await repo.git("log", "--format=%s", "-4")).toBe("second\nours\nwork on dev\nfirst");
    expect((await suite.call("git_merge", { action: "rebase", refs: ["dev"] })).text).toContain(
      "already up to date",
    );
  });

  test("is refused with uncommitted changes, by name", async () => {
    await using suite = await twoSides({ a: "1\n" }, { b: "1\n" }, { a: "2\n" });
    const { repo } = suite;
    await repo.write({ b: "mine\n" });
    const before = await stateOf(repo);
    const { text, error } = await suite.call("git_merge", { action: "rebase", refs: ["dev"] });
    expect(error).toBe("conflict");
    expect(text).toContain("a rebase needs all changes committed: b");
    expect(await stateOf(repo)).toEqual(before);
  });

  test("goes on after a conflict, through the next ones", async () => {
    await using suite = await twoSides(
      { a: "1\n", b: "1\n" },
      { a: "ours\n" },
      { a: "theirs\n", b: "theirs\n" },
    );
    const { repo } = suite;
    await repo.commit("second", { b: "ours\n" });
    await repo.commit("third", { c: "ours\n" });
    expect((await suite.call("git_merge", { action: "rebase", refs: ["dev"] })).text).toContain(
      "a: both modified",
    );
    await repo.write({ a: "both\n" });
    await repo.git("add", "a");
    expect((await suite.call("git_merge", { action: "continue" })).text).toContain("b: both modified");
    await repo.write({ b: "both\n" });
    await repo.git("add", "b");
    expect((await suite.call("git_merge", { action: "continue" })).text).toContain(
      "[rebase finished: main is at ",
    );
    expect(await repo.git("log", "--format=%s", "-3")).toBe("third\nsecond\nours");
    expect(await repo.git("status", "--porcelain", "-b")).toBe("## main");
  });
});

describe("cherry-pick and revert", () => {
  test("take several in order", async () => {
    await using suite = await servedGit({ a: "1\n" });
    const { repo } = suite;
    await repo.branch("dev", { b: "1\n" });
    await repo.commit("two", { b: "2\n" });
    await repo.git("switch", "-q", "main");
    const { text } = await suite.call("git_merge", { action: "cherry-pick", refs: ["dev~1", "dev"] });
    expect(text).toContain("[picked dev~1, dev on main: ");
    expect(await repo.git("log", "--format=%s")).toBe("two\nwork on dev\nfirst");
    const reverted = await suite.call("git_merge", { action: "revert", refs: ["HEAD", "HEAD~1"] });
    expect(reverted.text).toContain("[reverted HEAD, HEAD~1 on main: ");
    expect(await repo.git("ls-files")).toBe("a");
  });

  test("leave out what is there already", async () => {
    await using suite = await servedGit({ a: "1\n" });
    const { repo } = suite;
    await repo.branch("dev", { b: "1\n" });
    await repo.commit("two", { c: "2\n" });
    await repo.git("switch", "-q", "main");
    await repo.commit("same", { b: "1\n" });
    const before = await stateOf(repo);
    const nothing = await suite.call("git_merge", { action: "cherry-pick", refs: ["dev~1"] });
    expect(nothing.text).toContain("[nothing to do: what dev~1 would change is there already]");
    expect(await stateOf(repo)).toEqual(before);
    const some = await suite.call("git_merge", { action: "cherry-pick", refs: ["dev~1", "dev"] });
    expect(some.text).toContain("left out, since its changes are there already: ");
    expect(await repo.git("log", "-1", "--format=%s")).toBe("two");
  });

  test("take a merge as what it did to its first parent", async () => {
    await using suite = await twoSides({ a: "1\n" }, { b: "1\n" }, { a: "2\n" });
    const { repo } = suite;
    await repo.git("merge", "-q", "--no-edit", "dev");
    const { text } = await suite.call("git_merge", { action: "revert", refs: ["HEAD"] });
    expect(text).toContain("a merge, taken as what it did to its first parent: ");
    expect(await readFile(join(repo.root, "a"), "utf8")).toBe("1\n");
    expect(await readFile(join(repo.root, "b"), "utf8")).toBe("1\n");
  });

  test("that cannot go on are taken back whole", async () => {
    await using suite = await servedGit({ a: "1\n", dirty: "1\n" });
    const { repo } = suite;
    await repo.branch("dev", { a: "2\n" });
    await repo.commit("two", { dirty: "2\n" });
    await repo.git("switch", "-q", "main");
    await repo.write({ dirty: "mine\n" });
    const before = await stateOf(repo);
    const { error, text } = await suite.call("git_merge", { action: "cherry-pick", refs: ["dev~1", "dev"] });
    expect(error).toBe("conflict");
    expect(text).toContain("dirty");
    expect(await stateOf(repo)).toEqual(before);
  });
});

describe("everywhere", () => {
  test("in a linked work tree, on a detached HEAD and with SHA-256", async () => {
    await using suite = await servedGit();
    const { ground } = suite;
    const repo = await repository(ground, { folder: "project", format: "sha256" });
    await repo.commit("first", { a: "1\n" });
    await repo.branch("dev", { a: "2\n" });
    await repo.git("switch", "-q", "main");
    await repo.commit("ours", { b: "1\n" });
    await repo.git("worktree", "add", "-q", "--detach", "../linked", "main");
    const linked = repo.at("../linked");
    const merged = await suite.call("git_merge", { repo: "linked", action: "merge", refs: ["dev"] });
    expect(merged.text).toContain("[merged dev into HEAD: ");
    expect(await linked.git("log", "-1", "--format=%s")).toBe("Merge branch 'dev' into HEAD");
    expect(await linked.git("status", "--porcelain")).toBe("");
    await linked.git("checkout", "-q", "main~1");
    await linked.commit("other", { a: "3\n" });
    const before = await stateOf(linked);
    const stopped = await suite.call("git_merge", { repo: "linked", action: "rebase", refs: ["dev"] });
    expect(stopped.text).toContain("linked/a: both modified");
    await suite.call("git_merge", { repo: "linked", action: "abort" }, { kind: "yes", lifetime: "once" });
    expect(await stateOf(linked)).toEqual(before);
    expect(await repo.git("status", "--porcelain", "-b")).toBe("## main");
  });

  test("names submodules that move and does not enter them", async () => {
    await using suite = await servedGit({ a: "1\n" });
    const { repo } = suite;
    const first = await repo.git("rev-parse", "HEAD");
    await repo.git("switch", "-q", "-c", "dev");
    await repo.git("update-index", "--add", "--cacheinfo", `160000,${first},sub`);
    await repo.git("commit", "-q", "-m", "sub");
    await repo.git("switch", "-q", "main");
    await repo.commit("ours", { b: "1\n" });
    const { text } = await suite.call("git_merge", { action: "merge", refs: ["dev"] });
    expect(text).toContain(`submodules moved and not entered: sub to ${first.slice(0, 10)}`);
  });

  test("says who holds the lock, and leaves all as it was", async () => {
    await using suite = await twoSides({ a: "1\n" }, { b: "1\n" }, { c: "1\n" });
    const { repo } = suite;
    const before = await stateOf(repo);
    await repo.write({ ".git/index.lock": "" });
    for (const action of ["merge", "rebase", "cherry-pick"]) {
      const { error, text } = await suite.call("git_merge", { action, refs: ["dev"] });
      expect(error, text).toBe("conflict");
      expect(text).toContain("left its lock");
    }
    await repo.write({ ".git/index.lock": undefined });
    expect(await stateOf(repo)).toEqual(before);
    expect((await suite.call("git_merge", { action: "conflicts" })).text).toContain("nothing is under way");
  });

  test("moves more commits than are tried out before", async () => {
    await using suite = await servedGit({ a: "1\n" });
    const { repo } = suite;
    await repo.branch("dev", { z: "1\n" });
    await repo.git("switch", "-q", "main");
    const commits = Array.from({ length: 205 }, (_, made) =>
      lines(
        "commit refs/heads/main",
        `committer Ada <ada@example.com> ${1_700_000_000 + made} +0000`,
        `data ${String(made).length}\n${made}`,
        ...(made === 0 ? ["from refs/heads/main^0"] : []),
        `M 100644 inline f${made % 7}`,
        `data ${String(made).length}\n${made}`,
      ),
    );
    await repo.bytes(["fast-import", "--quiet"], Buffer.from(commits.join("")));
    await repo.git("reset", "-q", "--hard");
    const files = await repo.git("ls-files", "-s");
    expect((await suite.call("git_merge", { action: "rebase", refs: ["dev"] })).text).toContain(
      "205 commits",
    );
    expect(await repo.git("ls-files", "-s", "--", ":!z")).toBe(files);
  });

  test("wrong calls say what is wrong", async () => {
    await using suite = await servedGit({ a: "1\n" });
    const { repo } = suite;
    const wrong = async (input: object): Promise<string> => (await suite.call("git_merge", input)).text;
    expect(await wrong({ action: "merge" })).toContain("merge needs refs");
    expect(await wrong({ action: "rebase", refs: ["a", "b"] })).toContain("onto one ref");
    expect(await wrong({ action: "revert", refs: ["HEAD"], squash: true })).toContain("belong to a merge");
    expect(await wrong({ action: "merge", refs: ["nothing"] })).toContain("there is no revision nothing");
    expect(await wrong({ action: "continue" })).toContain("nothing is under way that could go on");
    expect(
      (await suite.call("git_merge", { action: "abort" }, { kind: "yes", lifetime: "once" })).error,
    ).toBe("conflict");
    await repo.write({ b: "1" });
    await repo.git("add", "b");
    expect(await wrong({ action: "revert", refs: ["HEAD"], commit: false })).toContain(
      "all that is staged to be committed",
    );
  });

  test("continue asks about what later commits would change, abort about what it puts back", async () => {
    await using suite = await twoSides({ a: "1\n" }, { a: "ours\n" }, { a: "theirs\n" });
    const { repo } = suite;
    await repo.commit("second", { ".mcp.json": "{}" });
    await repo.git("switch", "-q", "-c", "top");
    const first = await suite.call(
      "git_merge",
      { action: "rebase", refs: ["dev"] },
      { kind: "yes", lifetime: "once" },
    );
    expect(first.asked?.message).toContain(".mcp.json");
    expect(first.text).toContain("a: both modified");
    await repo.write({ a: "both\n" });
    await repo.git("add", "a");
    const plain = await suite.call("git_merge", { action: "continue" });
    expect(plain.error).toBe("denied");
    expect(await repo.git("diff", "--cached", "--name-only")).toBe("a");
    const asked = await suite.call("git_merge", { action: "continue" }, { kind: "yes", lifetime: "once" });
    expect(asked.asked?.message).toContain(".mcp.json");
    expect(asked.text).toContain("[rebase finished: top is at ");
  });

  test("shows conflicts with their base and Windows line ends", async () => {
    const crlf = (...all: string[]): string => all.map((line) => `${line}\r\n`).join("");
    await using suite = await twoSides({ a: crlf("1", "2") }, { a: crlf("1", "o") }, { a: crlf("1", "t") });
    await suite.repo.git("config", "merge.conflictStyle", "diff3");
    const { text } = await suite.call("git_merge", { action: "merge", refs: ["dev"] });
    expect(text).toContain("@ lines 2-8\n<<<<<<< HEAD\no\n||||||| ");
    expect(text).toContain("\n2\n=======\nt\n>>>>>>> ");
    expect(text).not.toContain("\r");
  });

  test("tells what a person needs to set when nobody is known", async () => {
    await using suite = await twoSides({ a: "1\n" }, { b: "1\n" }, { c: "1\n" });
    const { repo, ground } = suite;
    const before = await stateOf(repo);
    await writeFile(join(ground.root, "../home/.gitconfig"), "[user]\n\tuseConfigOnly = true\n");
    for (const action of ["merge", "rebase", "cherry-pick"]) {
      const { error, text } = await suite.call("git_merge", { action, refs: ["dev"] });
      expect(error, text).toBe("unavailable");
      expect(text).toContain("git does not know who commits");
      expect(await stateOf(repo)).toEqual(before);
      expect((await suite.call("git_merge", { action: "conflicts" })).text).toContain("nothing is under way");
    }
  });
});
