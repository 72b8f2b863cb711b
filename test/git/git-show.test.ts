import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import git from "../../servers/git/server.ts";
import { ToolError } from "../../shared/errors.ts";
import { Scope } from "../../shared/scope.ts";
import type { Workspace } from "../../shared/workspace/workspace.ts";
import { callable, type Called, type CallOptions } from "../support/call-tool.ts";
import { repository, type Files, type Repository, type RepositoryOptions } from "../support/repository.ts";
import { temporary, type Ground } from "../support/workspace.ts";

/** The server as it is opened, for what no tool shows. */
function openGit(workspace: Workspace, scope: Scope): ReturnType<typeof git.open> {
  return git.open(
    {},
    {
      scope,
      workspace,
      status: { publish: () => {}, watch: () => () => {}, read: () => ({ events: [], dropped: 0 }) },
      hooks: { forward: async () => ({}), report: async () => ({ files: [], handlers: [], notes: [] }) },
      places: { home: "/nowhere", config: "/nowhere", state: "/nowhere", cache: "/nowhere" },
      log: () => {},
      readAccess: (signal) => ({ signal, permit() {} }),
    },
  );
}

interface Standing extends AsyncDisposable {
  readonly ground: Ground;
  readonly repo: Repository;
  readonly called: Called;
  show(input?: Record<string, unknown>): Promise<string>;
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
    show: async (input = {}) => (await called.texts("git_show", input)).join("\n"),
    [Symbol.asyncDispose]: () => ground.scope.close(),
  };
}

const noSecrets: CallOptions["permit"] = ({ relative }) => {
  if (/(?:^|\/)\.env$/u.test(relative)) throw new ToolError("denied", "no");
};

test("a commit is shown with who, when, its message and what it changed", async () => {
  await using at = await standing({ "a.txt": "one\n" });
  const hash = await at.repo.commit("second\n\nIts body\u001b[31m\n[not ours]", { "a.txt": "two\n" });
  await at.repo.git("tag", "v1");
  const text = await at.show();
  expect(text).toMatch(
    new RegExp(
      String.raw`^\[commit ${hash} \(main, tag v1\): 1 file, \+1 -1\]\nAda Lovelace <ada@example\.com> 2023-11-\d\d \d\d:\d\d\n\n    second\n\n    Its body\\u\{1b\}\[31m\n    \[not ours\]\n\ndiff --git a/a\.txt b/a\.txt\n--- a/a\.txt\n\+\+\+ b/a\.txt\n@@ -1 \+1 @@\n-one\n\+two\n$`,
      "u",
    ),
  );
  for (const ref of ["main", "v1", hash, hash.slice(0, 8)]) expect(await at.show({ ref })).toBe(text);
});

test("a first commit is compared with nothing, one without changes says so", async () => {
  for (const format of ["sha1", "sha256"] as const) {
    await using at = await standing({ "a.txt": "one\n" }, { format });
    expect(await at.show()).toContain(
      "new file mode 100644\n--- /dev/null\n+++ b/a.txt\n@@ -0,0 +1 @@\n+one\n",
    );
    const hash = await at.repo.commit("nothing");
    expect(await at.show()).toMatch(new RegExp(String.raw`^\[commit ${hash} \(main\): no changes\]\n`, "u"));
  }
});

test("a merge is shown against its first parent and names both", async () => {
  await using at = await standing({ "a.txt": "one\n" });
  const theirs = await at.repo.branch("dev", { "dev.txt": "dev\n" });
  await at.repo.git("switch", "--quiet", "main");
  const ours = await at.repo.commit("ours", { "b.txt": "b\n" });
  await at.repo.git("merge", "--quiet", "--no-ff", "-m", "merged", "dev");
  const text = await at.show();
  expect(text).toContain(`merge of ${ours.slice(0, 10)}, ${theirs.slice(0, 10)}; shown against the first\n`);
  expect(text).toContain("+++ b/dev.txt");
  expect(text).not.toContain("b/b.txt");
});

test("an annotated tag comes with its words, then its commit", async () => {
  await using at = await standing({ "a.txt": "one\n" });
  await at.repo.git("tag", "-a", "-m", "Release\n\nmany words", "v1.0");
  const text = await at.show({ ref: "v1.0" });
  expect(text).toContain("tag v1.0 by Ada Lovelace <ada@example.com> 2023-11-");
  expect(text).toContain("    Release\n\n    many words\n\nAda Lovelace");
  expect(text).toContain("+one\n");
  await at.repo.git("tag", "-a", "-m", "a tree", "of-tree", "HEAD^{tree}");
  expect(await at.show({ ref: "of-tree" })).toMatch(
    /^\[tag of-tree: of the tree [0-9a-f]{40}\]\ntag of-tree by /u,
  );
});

test("a committer who is not the author is named", async () => {
  await using at = await standing({ "a.txt": "one\n" });
  await at.repo.git("commit", "--quiet", "--amend", "--no-edit", "--author", "Zoë <zoe@example.com>");
  expect(await at.show()).toMatch(
    /\nZoë <zoe@example\.com> .*\ncommitted by Ada Lovelace <ada@example\.com> /u,
  );
});

test("a file and a directory as they were", async () => {
  await using at = await standing({ "src/a.txt": "one\ntwo\nthree\n", "src/deep/b.txt": "b\n" });
  await at.repo.commit("second", { "src/a.txt": "other\n" });
  expect(await at.show({ ref: "HEAD^", path: "src/a.txt" })).toBe(
    "[src/a.txt at HEAD^: whole file, 3 lines, 14 bytes]\none\ntwo\nthree\n",
  );
  expect(await at.show({ ref: "HEAD^", path: "src/a.txt", startLine: 2, endLine: 2 })).toBe(
    "[src/a.txt at HEAD^: line 2 of 3]\ntwo\n",
  );
  expect(await at.show({ path: "src" })).toBe("[src at HEAD: 2 names]\na.txt\ndeep/");
  expect(await at.show({ path: "." })).toBe("[. at HEAD: 1 name]\nsrc/");
  expect(await at.called.failure("git_show", { path: "src/a.tx" })).toContain("Did you mean src/a.txt?");
  expect(await at.called.failure("git_show", { path: "src/a.txt", startLine: 9 })).toContain(
    "It has 1 lines",
  );
  const tree = await at.repo.git("rev-parse", "HEAD^{tree}");
  expect(await at.show({ ref: tree })).toContain(": 1 name]\nsrc/");
});

test("long files come in pages that join to the whole", async () => {
  const whole = Array.from({ length: 5_000 }, (_, index) => `line ${index} ü\n`).join("");
  await using at = await standing({ "a.txt": whole });
  let text = "";
  for (let startLine: number | undefined = 1; startLine !== undefined;) {
    const page: string = await at.show({ path: "a.txt", startLine });
    const end = page.indexOf("\n");
    text += page.slice(end + 1);
    const next = /go on with startLine (\d+)\]$/u.exec(page.slice(0, end))?.[1];
    startLine = next === undefined ? undefined : Number(next);
  }
  expect(text).toBe(whole);
});

test("encodings, line ends, links, binaries and submodules are told", async () => {
  await using at = await standing({ "a.txt": "one\n" });
  const inner = await repository(at.ground, { folder: "inner" });
  const hash = await inner.commit("first", { "x.txt": "x\n" });
  await symlink("a.txt", join(at.repo.root, "link"));
  await at.repo.commit("more", {
    "crlf.txt": "a\r\nb\r\n",
    "latin.txt": Buffer.from("gr\xfcn\n", "latin1"),
    "wide.txt": Buffer.from("\ufeffgrün\n", "utf16le"),
    "a.png": Buffer.from("\x89PNG\r\n\x1a\n\0\0\0", "latin1"),
    "empty.txt": "",
  });
  expect(await at.show({ path: "crlf.txt" })).toContain("line ends CRLF]\na\r\nb\r\n");
  expect(await at.show({ path: "latin.txt" })).toContain("latin-1]\ngrün\n");
  expect(await at.show({ path: "wide.txt" })).toContain("]\ngrün\n");
  expect(await at.show({ path: "a.png" })).toBe("[a.png at HEAD: binary, PNG image, 11 bytes]");
  expect(await at.show({ path: "link" })).toBe("[link at HEAD: symbolic link to a.txt]");
  expect(await at.show({ path: "empty.txt" })).toBe("[empty.txt at HEAD: empty file]");
  expect(await at.show({ repo: "a.txt", path: "inner" })).toBe(
    `[inner at HEAD: submodule at commit ${hash}, not entered]`,
  );
});

test("secrets are shown neither by path, nor in a commit, nor by the hash of their contents", async () => {
  await using at = await standing({ ".env": "KEY=hidden\n", "a.txt": "one\n" }, { permit: noSecrets });
  expect(await at.called.failure("git_show", { path: ".env" })).toContain("denied");
  const text = await at.show();
  expect(text).toContain("A .env +1 -0 (not shown: may hold secrets)\n");
  expect(text).not.toContain("hidden");
  const blob = await at.repo.git("rev-parse", "HEAD:.env");
  expect(await at.called.failure("git_show", { ref: blob })).toContain("without its path");
  expect(await at.called.failure("read_git_resource", { uri: "git://./HEAD/.env" })).toContain("denied");
});

test("a tree below the top is no revision to read files of", async () => {
  await using at = await standing({ "secrets/a.txt": "one\n" });
  const tree = await at.repo.git("rev-parse", "HEAD:secrets");
  expect(await at.called.failure("git_show", { ref: tree, path: "a.txt" })).toContain("not_found");
});

test("what is no revision, or nothing yet, is refused with what to do", async () => {
  await using at = await standing();
  expect(await at.called.failure("git_show", {})).toContain("has no commit yet");
  await at.repo.commit("first", { "a.txt": "one\n" });
  expect(await at.called.failure("git_show", { ref: "0".repeat(40) })).toMatch(/not_found|unavailable/u);
  expect(await at.called.failure("git_show", { ref: "mian" })).toContain("Did you mean main?");
});

test("a long message and a large commit stay within the budget", async () => {
  await using at = await standing({ "a.txt": "one\n" });
  await at.repo.commit(`subject\n\n${"many words ".repeat(2_000)}`, {
    "a.txt": Array.from({ length: 3_000 }, (_, index) => `line ${index}\n`).join(""),
    "z.ts": "z\n",
  });
  const text = await at.show();
  expect(text.length).toBeLessThan(20_000);
  expect(text).toMatch(
    /; 1 shown whole, 1 cut, 0 by stat only: git_diff from [0-9a-f]{10}\^ to [0-9a-f]{10} with paths\]/u,
  );
  expect(text).toContain("+++ b/z.ts");
});

test("a resource is a file at a revision", async () => {
  await using at = await standing({ "src/ü b.txt": "one\n", "a.bin": Buffer.from([0, 0, 1]) });
  await at.repo.git("branch", "feature/x");
  await at.repo.commit("second", { "src/ü b.txt": "two\n" });
  const read = (uri: string) => at.called.texts("read_git_resource", { uri });
  expect(await read("git://./feature%2Fx/src/%C3%BC%20b.txt")).toEqual(["one\n"]);
  expect(await read(`git://${encodeURIComponent(at.ground.root)}/HEAD/src/ü b.txt`)).toEqual(["two\n"]);
  expect(await read("git://./HEAD/a.bin")).toEqual(["<image>"]);
  expect(await at.called.failure("read_git_resource", { uri: "git://./HEAD/src" })).toContain(
    "directory and no file",
  );
  expect(await at.called.failure("read_git_resource", { uri: "git://nothing" })).toContain(
    "git://<root>/<ref>/<path>",
  );
  expect(await at.called.failure("read_git_resource", { uri: "git://./HEAD/../../x" })).toContain("denied");
});

test("the ref of a resource completes, with what a URI cannot hold encoded", async () => {
  await using at = await standing({ "a.txt": "one\n" });
  await at.repo.git("branch", "feature/x");
  await at.repo.git("tag", "v1");
  const { workspace } = at.called;
  const scope = new Scope();
  at.ground.scope.defer(() => scope.close());
  const server = await openGit(workspace, scope);
  const complete = async (variable: string, value: string, known = {}) =>
    (
      await server.resources?.complete?.({
        uriTemplate: "git://{root}/{ref}/{+path}",
        variable,
        value,
        known,
        signal: new AbortController().signal,
      })
    )?.values;
  expect(await complete("ref", "")).toEqual(["HEAD", "feature%2Fx", "main", "v1"]);
  expect(await complete("ref", "feature/", { root: "." })).toEqual(["feature%2Fx"]);
  expect(await complete("ref", "feature%2F", { root: at.ground.root })).toEqual(["feature%2Fx"]);
  expect(await complete("path", "a")).toEqual([]);
});

test("names that hold line ends are found", async () => {
  await using at = await standing({ "odd\nname.txt": "one\n", "b.txt": "b\n" });
  expect(await at.show({ path: "odd\nname.txt" })).toBe(
    String.raw`["odd\nname.txt" at HEAD: whole file, 1 line, 4 bytes]` + "\none\n",
  );
  expect(await at.show()).toContain(String.raw`+++ "b/odd\nname.txt"`);
  expect(await at.called.failure("git_show", { path: "odd\nname.tx" })).toContain(
    String.raw`"odd\nname.txt"`,
  );
});
