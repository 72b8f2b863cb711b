import { chmod, mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import git from "../../servers/git/server.ts";
import { ToolError } from "../../shared/errors.ts";
import { callable, type Called, type CallOptions } from "../support/call-tool.ts";
import { makeHistory, randomHistory } from "../support/random-history.ts";
import {
  repository,
  servedGit,
  type Files,
  type Repository,
  type RepositoryOptions,
} from "../support/repository.ts";
import { SECRET, temporary, type Ground } from "../support/workspace.ts";

interface Standing extends AsyncDisposable {
  readonly ground: Ground;
  readonly repo: Repository;
  readonly called: Called;
  diff(input?: Record<string, unknown>): Promise<{ header: string; body: string }>;
}

type Options = RepositoryOptions & Pick<CallOptions, "permit">;

async function standing(files?: Files, { permit, ...options }: Options = {}): Promise<Standing> {
  const ground = await temporary();
  const repo = await repository(ground, options);
  if (files !== undefined) await repo.commit("first", files);
  const called = await callable(git, { roots: [ground.root], ...(permit === undefined ? {} : { permit }) });
  ground.scope.defer(() => called[Symbol.asyncDispose]());
  return {
    ground,
    repo,
    called,
    diff: (input = {}) => ask(called, input),
    [Symbol.asyncDispose]: () => ground.scope.close(),
  };
}

async function ask(
  called: Called,
  input: Record<string, unknown>,
): Promise<{ header: string; body: string }> {
  const [text = ""] = await called.texts("git_diff", input);
  const end = text.indexOf("\n");
  return end === -1 ? { header: text, body: "" } : { header: text.slice(0, end), body: text.slice(end + 1) };
}

const noSecrets: CallOptions["permit"] = ({ relative }) => {
  if (/(?:^|\/)\.env$/u.test(relative)) throw new ToolError("denied", "no");
};

/** The tree that a patch makes of another one, by real git. */
async function applied(repo: Repository, tree: string, patch: string): Promise<string> {
  await repo.git("read-tree", tree);
  if (patch !== "") await repo.bytes(["apply", "--cached", "--unidiff-zero", "-"], Buffer.from(patch));
  return await repo.git("write-tree");
}

const LINES = Array.from({ length: 40 }, (_, index) => `line ${index}\n`);

test("a change in the working tree is shown as git shows it, without the index line", async () => {
  await using at = await standing({ "a.txt": "one\ntwo\nthree\n" });
  await at.repo.write({ "a.txt": "one\n2\nthree\n" });
  const { header, body } = await at.diff();
  expect(header).toBe("[working tree against index: 1 file, +1 -1]");
  expect(body).toBe(
    "diff --git a/a.txt b/a.txt\n--- a/a.txt\n+++ b/a.txt\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n",
  );
});

test("staged is the index against HEAD, from alone the working tree against a commit", async () => {
  await using at = await standing({ "a.txt": "one\n" });
  await at.repo.write({ "a.txt": "two\n" });
  await at.repo.git("add", "a.txt");
  await at.repo.write({ "a.txt": "three\n" });
  expect((await at.diff()).body).toContain("-two\n+three\n");
  const staged = await at.diff({ staged: true });
  expect(staged.header).toContain("[index against HEAD: ");
  expect(staged.body).toContain("-one\n+two\n");
  expect((await at.diff({ from: "HEAD" })).body).toContain("-one\n+three\n");
});

test("nothing to show says where else to look", async () => {
  await using at = await standing({ "a.txt": "one\n" });
  expect(await at.diff()).toEqual({
    header:
      "[working tree against index: no differences; staged shows what is staged, git_status untracked files]",
    body: "",
  });
  expect((await at.diff({ staged: true })).header).toBe("[index against HEAD: no differences]");
  expect((await at.diff({ from: "HEAD", to: "HEAD", paths: ["a.txt"] })).header).toBe(
    "[HEAD..HEAD: no differences in these paths]",
  );
});

test("a file whose time changed and nothing else is no difference", async () => {
  await using at = await standing({ "a.txt": "one\n" });
  await new Promise((resolve) => setTimeout(resolve, 20));
  await at.repo.write({ "a.txt": "one\n" });
  expect((await at.diff()).header).toContain("no differences");
});

test("renames, modes, links, types, deletions and odd names come through", async () => {
  await using at = await standing({
    "old name.txt": LINES.join(""),
    "mode.sh": "x\n",
    "type.txt": "was a file\n",
    "gone.txt": "gone\n",
    'q"uo\tte': "1\n",
    "é ü.txt": "1\n",
    "-dash": "1\n",
  });
  const { repo } = at;
  await rename(join(repo.root, "old name.txt"), join(repo.root, "new name.txt"));
  await repo.write({
    "new name.txt": `${LINES.join("")}more\n`,
    "gone.txt": undefined,
    "type.txt": undefined,
  });
  await chmod(join(repo.root, "mode.sh"), 0o755);
  await symlink("mode.sh", join(repo.root, "type.txt"));
  await repo.commit("second", { 'q"uo\tte': "2\n", "é ü.txt": "2\n", "-dash": "2", "empty.txt": "" });
  const { header, body } = await at.diff({ from: "HEAD^", to: "HEAD" });
  expect(header).toBe("[HEAD^..HEAD: 8 files, +5 -5]");
  expect(body).toContain("rename from old name.txt\nrename to new name.txt\n");
  expect(body).toContain("old mode 100644\nnew mode 100755\n");
  expect(await applied(repo, "HEAD^", body)).toBe(await repo.git("rev-parse", "HEAD^{tree}"));
  const { body: stat } = await at.diff({ from: "HEAD^", to: "HEAD", stat: true });
  expect(stat.split("\n").toSorted()).toEqual(
    [
      "M -dash +1 -1",
      "A empty.txt +0 -0",
      "D gone.txt +0 -1",
      "M mode.sh +0 -0",
      "R old name.txt -> new name.txt +1 -0",
      String.raw`M "q\"uo\tte" +1 -1`,
      "T type.txt +1 -1",
      "M é ü.txt +1 -1",
    ].toSorted(),
  );
});

test("line ends, a missing last newline and bytes that are no UTF-8 stay as they are", async () => {
  await using at = await standing({
    "crlf.txt": "a\r\nb\r\n",
    "end.txt": "a",
    "latin.txt": Buffer.from("gr\xfcn\n", "latin1"),
  });
  await at.repo.commit("second", {
    "crlf.txt": "a\r\nc\r\n",
    "end.txt": "b",
    "latin.txt": Buffer.from("gr\xfcner\n", "latin1"),
  });
  const { body } = await at.diff({ from: "HEAD^", to: "HEAD" });
  expect(body).toContain("-b\r\n+c\r\n");
  expect(body).toContain("-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n");
  expect(body).toContain("-grün\n+grüner\n");
});

test("a binary file is told and not printed", async () => {
  await using at = await standing({ "a.bin": Buffer.from([0, 1, 2]), "a.txt": "one\n" });
  await at.repo.write({ "a.bin": Buffer.from([0, 1, 3]), "a.txt": "two\n" });
  const { header, body } = await at.diff();
  expect(header).toBe("[working tree against index: 2 files, +1 -1]");
  expect(body).toMatch(/^M a\.bin \+0 -0 \(binary\)\ndiff --git a\/a\.txt/u);
});

test("a branch without a commit is compared with nothing", async () => {
  for (const format of ["sha1", "sha256"] as const) {
    await using at = await standing(undefined, { format });
    await at.repo.write({ "a.txt": "one\n" });
    await at.repo.git("add", "a.txt");
    const { header, body } = await at.diff({ staged: true });
    expect(header).toBe("[index against nothing, no commit yet: 1 file, +1 -0]");
    expect(body).toContain("new file mode 100644\n");
    expect(await at.called.failure("git_diff", { from: "HEAD" })).toContain("has no commit yet");
  }
});

test("merge base and ranges in one word", async () => {
  await using at = await standing({ "a.txt": "one\n" });
  await at.repo.branch("dev", { "dev.txt": "dev\n" });
  await at.repo.git("switch", "--quiet", "main");
  await at.repo.commit("on main", { "main.txt": "main\n" });
  const base = await at.diff({ from: "main", to: "dev", mergeBase: true });
  expect(base.header).toBe("[main...dev: 1 file, +1 -0]");
  expect(await at.diff({ from: "main...dev" })).toEqual(base);
  expect((await at.diff({ from: "main..dev" })).header).toBe("[main..dev: 2 files, +1 -1]");
  expect((await at.diff({ from: "dev", mergeBase: true })).header).toBe(
    "[working tree against where dev parted from HEAD: 1 file, +1 -0]",
  );
});

test("sides that do not go together are refused with what would", async () => {
  await using at = await standing({ "a.txt": "one\n" });
  expect(await at.called.failure("git_diff", { to: "HEAD" })).toContain("to goes with from alone");
  expect(await at.called.failure("git_diff", { mergeBase: true })).toContain("mergeBase needs from");
  expect(await at.called.failure("git_diff", { from: "mian" })).toContain("Did you mean main?");
  expect(await at.called.failure("git_diff", { from: "--output=x" })).toContain("is not a revision");
  const tree = await at.repo.git("rev-parse", "HEAD^{tree}");
  expect(await at.called.failure("git_diff", { from: tree, to: "HEAD" })).toMatch(
    /not_found|external|unavailable/u,
  );
});

test("words are marked as git does", async () => {
  await using at = await standing({
    "a.txt": "the quick brown fox\njumps\n\nover\nend",
    "diff.txt": "x\ndiff --git a/z b/z\n",
  });
  await at.repo.write({
    "a.txt": "the slow brown fox\n\nover it\nend\n",
    "diff.txt": "y\ndiff --git a/z b/z\n",
  });
  const { header, body } = await at.diff({ words: true });
  expect(header).toBe("[working tree against index, words marked: 2 files, +4 -5]");
  const real = await at.repo.git("diff", "--word-diff=plain");
  expect(body.trimEnd()).toBe(real.replaceAll(/^index .*\n/gmu, "").trimEnd());
});

test("context is as wide as asked", async () => {
  await using at = await standing({ "a.txt": LINES.join("") });
  await at.repo.write({ "a.txt": LINES.with(20, "other\n").join("") });
  expect((await at.diff({ context: 0 })).body).toContain("@@ -21 +21 @@");
  expect((await at.diff({ context: 10 })).body).toContain("@@ -11,21 +11,21 @@");
});

test("secrets keep their counts and lose their contents, also at either end of a rename", async () => {
  await using at = await standing(
    { ".env": "KEY=hidden1\n", "plain.txt": `${LINES.join("")}hidden2\n`, "a.txt": "1\n" },
    { permit: noSecrets },
  );
  await at.repo.write({ ".env": "KEY=hidden3\n", "a.txt": "2\n" });
  const { header, body } = await at.diff();
  expect(header).toContain("2 files, +2 -2");
  expect(body).toContain("M .env +1 -1 (not shown: may hold secrets)\n");
  expect(body).not.toContain("hidden");
  await at.repo.git("checkout", "--quiet", ".");
  await at.repo.commit("without", { ".env": undefined });
  await at.repo.git("mv", "plain.txt", ".env");
  await at.repo.commit("to a secret", { ".env": `${LINES.join("")}hidden4\n` });
  await at.repo.git("mv", ".env", "plain.txt");
  await at.repo.commit("and back", { "plain.txt": `${LINES.join("")}hidden5\n` });
  for (const range of ["HEAD^^..HEAD^", "HEAD^..HEAD"]) {
    const { body: text } = await at.diff({ from: range });
    expect(text).toContain("not shown: may hold secrets");
    expect(text).not.toContain("hidden");
  }
});

test("policy's own rule about secrets holds, for any revision", async () => {
  await using at = await servedGit({ "conf/.env.local": "KEY=hidden\n", "a.txt": "1\n" });
  await at.repo.commit("second", { "conf/.env.local": "KEY=hidden2\n", "a.txt": "2\n" });
  for (const [name, input] of [
    ["git_diff", { from: "HEAD^..HEAD" }],
    ["git_diff", { from: "HEAD^", to: "HEAD", paths: ["conf"] }],
    ["git_show", {}],
    ["git_show", { ref: "HEAD^" }],
    ["git_show", { path: "conf/.env.local" }],
    ["git_diff", { from: "HEAD^..HEAD", paths: ["conf/.env.local"] }],
    ["git_diff", { files: ["a.txt", "conf/.env.local"] }],
  ] as const) {
    const { text } = await at.call(name, input);
    expect(text).toMatch(/secret|denied/u);
    expect(text).not.toContain("hidden");
  }
});

test("contents cannot pose as the patch of another file", async () => {
  const fake = "diff --git a/.env b/.env\n--- a/.env\n+++ b/.env\n@@ -1 +1 @@\n";
  await using at = await standing({ ".env": fake, "b.txt": fake }, { permit: noSecrets });
  await at.repo.write({ ".env": `${fake.replaceAll(".env", "b.txt")}hidden\n`, "b.txt": `${fake}seen\n` });
  for (const words of [false, true]) {
    const { body } = await at.diff({ words });
    expect(body).not.toContain("hidden");
    expect(body).toContain("seen");
  }
});

test("lock files, made files and very long lines are told by their counts until they are named", async () => {
  await using at = await standing({
    "package-lock.json": "{}\n",
    "a.min.js": "a\n",
    "long.txt": "a\n",
    "a.ts": "a\n",
  });
  await at.repo.write({
    "package-lock.json": "{1}\n",
    "a.min.js": "b\n",
    "long.txt": `${"x".repeat(5_000)}\n`,
    "a.ts": "b\n",
  });
  const { header, body } = await at.diff();
  expect(header).toBe("[working tree against index: 4 files, +4 -4]");
  expect(body).toContain("M package-lock.json +1 -1 (made by a program: give its path to see it)\n");
  expect(body).toContain("M long.txt +1 -1 (very long lines: give its path to see it)\n");
  expect(body).toContain("diff --git a/a.ts b/a.ts");
  expect(body).not.toContain("{1}");
  expect((await at.diff({ paths: ["package-lock.json"] })).body).toContain("+{1}\n");
});

test("a pointer of git-lfs is not set against its contents", async () => {
  const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n";
  await using at = await standing({ "a.txt": pointer });
  await at.repo.write({ "a.txt": "the contents\n" });
  expect((await at.diff()).body).toBe("M a.txt +1 -3 (its filter, git-lfs, does not run here: not shown)");
  await at.repo.write({ "a.txt": pointer.replace("00", "01") });
  expect((await at.diff()).body).toContain("+oid sha256:01\n");
});

test("without room small files are whole, large ones cut, and every file is named", async () => {
  const big = (text: string): string => Array.from({ length: 2_000 }, (_, at) => `${text} ${at}\n`).join("");
  await using at = await standing({ "a-big.txt": big("x"), "b-big.txt": big("x"), "z/small.ts": "1\n" });
  await at.repo.write({ "a-big.txt": big("y"), "b-big.txt": big("y"), "z/small.ts": "2\n" });
  const { header, body } = await at.diff();
  expect(header).toBe(
    "[partial: working tree against index: 3 files, +4001 -4001; 1 shown whole, 2 cut, 0 by stat only: give paths, or a larger budget]",
  );
  expect(body).toContain("M a-big.txt +2000 -2000\n");
  expect(body).toContain("+2\n");
  expect(body).toContain("... cut: a part of the first hunk is shown\n");
  expect(header.length + body.length).toBeLessThan(20_000);
  const whole = await at.diff({ budget: 2_000_000 });
  expect(whole.header).toBe("[working tree against index: 3 files, +4001 -4001]");
});

test("thousands of files are counted by folder within the budget", async () => {
  const files = (text: string): Files =>
    Object.fromEntries(
      Array.from({ length: 3_000 }, (_, at) => [`dir${at % 30}/some-file-${at}.txt`, `${text}\n`]),
    );
  await using at = await standing(files("1"));
  await at.repo.write(files("2"));
  for (const stat of [false, true]) {
    const { header, body } = await at.diff({ stat });
    expect(header).toContain("3000 files, +3000 -3000");
    expect(body).toMatch(/^dir\d+\/ \d+ more, \+\d+ -\d+$/mu);
    expect(header.length + body.length).toBeLessThan(20_000);
  }
});

test("a difference too large to hold is told by counts, with what could be held", async () => {
  const line = `${"x".repeat(99)}\n`;
  await using at = await standing({ "a.txt": "1\n", "huge.txt": "", "z.txt": "1\n" });
  await at.repo.write({ "a.txt": "2\n", "huge.txt": line.repeat(120_000), "z.txt": "2\n" });
  const { header, body } = await at.diff();
  expect(header).toContain("3 files, +120002 -2; 1 shown whole, 0 cut, 2 by stat only");
  expect(body).toContain("M huge.txt +120000 -0\n");
  expect(body).toContain("-1\n+2\n");
});

test("a repository below the root shows the root's paths, and its patches apply there", async () => {
  await using at = await standing(
    { "old name.txt": LINES.join(""), "b.txt": "1\n" },
    { folder: "sub/re po" },
  );
  await at.repo.git("mv", "old name.txt", "new name.txt");
  await at.repo.commit("second", { "new name.txt": `${LINES.join("")}more\n`, "b.txt": "2\n" });
  const { body } = await at.diff({ from: "HEAD^", to: "HEAD", paths: ["sub/re po"] });
  expect(body).toContain("rename from sub/re po/old name.txt\nrename to sub/re po/new name.txt\n");
  expect(body).toContain("+++ b/sub/re po/b.txt\t\n");
  const plain = body.replaceAll("sub/re po/", "");
  expect(await applied(at.repo, "HEAD^", plain)).toBe(await at.repo.git("rev-parse", "HEAD^{tree}"));
});

test("files with conflicts are compared with our side", async () => {
  await using at = await standing({ "a.txt": "one\n", "b.txt": "one\n" });
  await at.repo.branch("dev", { "a.txt": "theirs\n", "b.txt": undefined });
  await at.repo.git("switch", "--quiet", "main");
  await at.repo.commit("ours", { "a.txt": "ours\n", "b.txt": "ours\n" });
  await expect(at.repo.git("merge", "--quiet", "dev")).rejects.toThrow("CONFLICT");
  const { header, body } = await at.diff();
  expect(header).toContain("2 files, +4 -0");
  expect(body).toContain("+<<<<<<< HEAD\n ours\n+=======\n+theirs\n+>>>>>>> dev\n");
  expect(body).toContain("U b.txt +0 -0 (conflict: one side deleted it)\n");
  expect((await at.diff({ stat: true })).body).toContain("U a.txt +4 -0 (conflict: against our side)\n");
});

test("a submodule is told by its commit, and not when its repository lies outside", async () => {
  await using at = await standing({ "a.txt": "one\n" });
  const inner = await repository(at.ground, { folder: "inner" });
  const first = await inner.commit("first", { "x.txt": SECRET });
  await at.repo.git("add", "inner");
  await at.repo.git("commit", "--quiet", "-m", "with a submodule");
  const second = await inner.commit("second", { "x.txt": "other" });
  const { body } = await at.diff();
  expect(body).toContain(`-Subproject commit ${first}\n+Subproject commit ${second}\n`);
  expect(body).not.toContain(SECRET);
  await rename(join(inner.root, ".git"), join(at.ground.outside, "moved.git"));
  await writeFile(join(inner.root, ".git"), `gitdir: ${join(at.ground.outside, "moved.git")}\n`);
  const moved = await at.diff({ repo: "a.txt" });
  expect(moved.body).toBe("M inner +0 -0 (submodule, its repository lies outside the roots: not shown)");
});

test("attributes and settings of the repository run nothing", async () => {
  await using at = await standing({ "a.txt": "one\n", ".gitattributes": "* diff=evil filter=evil\n" });
  const mark = join(at.ground.outside, "ran");
  for (const key of [
    "diff.external",
    "diff.evil.command",
    "diff.evil.textconv",
    "filter.evil.clean",
    "core.fsmonitor",
    "core.pager",
  ])
    await at.repo.git("config", key, `touch ${mark}; cat`);
  await at.repo.write({ "a.txt": "two\n" });
  expect((await at.diff()).body).toContain("-one\n+two\n");
  await expect(rm(mark)).rejects.toThrow("ENOENT");
});

test("a bare repository compares commits, and says that it has no working tree", async () => {
  await using at = await standing({ "a.txt": "one\n" }, { folder: "work" });
  await at.repo.commit("second", { "a.txt": "two\n" });
  await at.repo.git("clone", "--quiet", "--bare", ".", "../bare.git");
  expect((await at.diff({ repo: "bare.git", from: "HEAD^", to: "HEAD" })).body).toContain("-one\n+two\n");
  expect(await at.called.failure("git_diff", { repo: "bare.git" })).toContain("bare repository");
});

test("two files are compared, in a repository or not", async () => {
  await using ground = await temporary({
    "a.txt": "one\ntwo\n",
    "b.txt": "one\n2\n",
    bin: "a\0\0\u0001",
    "same.txt": "one\ntwo\n",
  });
  await using called = await callable(git, { roots: [ground.root] });
  await writeFile(join(ground.root, "wide.txt"), Buffer.from("\ufeffone\ntwo\n", "utf16le"));
  const compare = (...files: string[]) => ask(called, { files });
  expect(await compare("a.txt", "b.txt")).toEqual({
    header: "[a.txt against b.txt: +1 -1]",
    body: "--- a/a.txt\n+++ b/b.txt\n@@ -1,2 +1,2 @@\n one\n-two\n+2\n",
  });
  expect((await compare("a.txt", "same.txt")).header).toBe("[a.txt against same.txt: the same 8 bytes]");
  expect((await compare("a.txt", "wide.txt")).header).toContain("the same text, in other bytes");
  expect((await compare("a.txt", "bin")).header).toBe(
    "[a.txt against bin: they differ; binary, 8 and 4 bytes]",
  );
  expect((await ask(called, { files: ["a.txt", "b.txt"], stat: true })).header).toBe(
    "[a.txt against b.txt: +1 -1]",
  );
  expect(await called.failure("git_diff", { files: ["a.txt", "../outside/secret.txt"] })).toContain("denied");
  expect(await called.failure("git_diff", { files: ["a.txt", "b.txt"], from: "HEAD" })).toContain(
    "by itself",
  );
});

test("a secret is not compared", async () => {
  await using at = await standing({ "a.txt": "one\n" }, { permit: noSecrets });
  await at.repo.write({ ".env": "KEY\n" });
  expect(await at.called.failure("git_diff", { files: ["a.txt", ".env"] })).toContain("denied");
});

test("two texts are compared, large ones without holding up the process", async () => {
  await using at = await standing({ "a.txt": "one\n" });
  expect(await at.diff({ texts: ["a\nb\n", "a\nc\n"] })).toEqual({
    header: "[the first text against the second: +1 -1]",
    body: "--- a\n+++ b\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n",
  });
  expect((await at.diff({ texts: ["a", "a"] })).header).toBe("[the first text against the second: the same]");
  const lines = (seed: number): string =>
    Array.from({ length: 60_000 }, (_, index) => `${(index * seed) % 1_009}\n`).join("");
  let longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 5);
  const { header } = await at.diff({ texts: [lines(7), lines(11)] });
  clearInterval(timer);
  expect(header).toMatch(/^\[partial: the first text against the second: \+\d+ -\d+; a larger budget/u);
  expect(longest).toBeLessThan(1_000);
});

test("answers applied by git make the other side, in any history", { timeout: 300_000 }, async () => {
  await using ground = await temporary();
  await mkdir(ground.root, { recursive: true });
  await using called = await callable(git, { roots: [ground.root] });
  let turn = 0;
  await fc.assert(
    fc.asyncProperty(randomHistory, fc.nat(), fc.nat(), fc.nat(5), async (history, one, other, context) => {
      const folder = `r${(turn += 1)}`;
      const { repo, commits } = await makeHistory(ground, history, folder);
      const from = commits[one % commits.length]?.hash ?? "";
      const to = commits[other % commits.length]?.hash ?? "";
      const { header, body } = await ask(called, { repo: folder, from, to, context, budget: 2_000_000 });
      const plain = body.replaceAll(`${folder}/`, "");
      expect(header).not.toContain("partial");
      expect(await applied(repo, from, plain)).toBe(await repo.git("rev-parse", `${to}^{tree}`));
      const real = await repo.bytes(["-c", "core.quotepath=false", "diff", "-M", `-U${context}`, from, to]);
      expect(plain).toBe(real.toString().replaceAll(/^index [0-9a-f]+\.\..*\n/gmu, ""));
      const words = await ask(called, { repo: folder, from, to, words: true, budget: 2_000_000 });
      const marked = await repo.bytes(["-c", "core.quotepath=false", "diff", "-M", "--word-diff", from, to]);
      expect(words.body.replaceAll(`${folder}/`, "")).toBe(
        marked.toString().replaceAll(/^index [0-9a-f]+\.\..*\n/gmu, ""),
      );
      await rm(repo.root, { recursive: true });
    }),
    { numRuns: Number(process.env["DIFF_RUNS"] ?? 10) },
  );
});
