import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import gitServer from "../../servers/git/server.ts";
import { callable, type Called } from "../support/call-tool.ts";
import {
  largeHistory,
  moduleHistory,
  pathHistory,
  type LargeHistory,
  type PathHistory,
} from "../support/histories.ts";
import { repository, type Repository } from "../support/repository.ts";
import { type Ground, temporary } from "../support/workspace.ts";

const BUDGET = 2_000_000;

/** A repository beside the tools that look at it. */
interface Both {
  readonly repo: Repository;
  readonly called: Called;
  /** What the tools call a path of the repository. */
  readonly prefix: string;
}

async function both(ground: Ground, repo: Repository): Promise<Both> {
  const called = await callable(gitServer, { roots: [ground.root] });
  ground.scope.defer(() => called[Symbol.asyncDispose]());
  return {
    repo,
    called,
    prefix: repo.root === ground.root ? "" : `${repo.root.slice(ground.root.length + 1)}/`,
  };
}

async function ask(
  { called, repo }: Both,
  name: string,
  input: object = {},
): Promise<{ header: string; lines: string[]; text: string }> {
  const [text = ""] = await called.texts(name, { repo: repo.root, ...input });
  const [header = "", ...lines] = text.split("\n");
  return { header, lines, text };
}

const short = (hash: string): string => hash.slice(0, 10);
const lines = (text: string): string[] => text.split("\n").filter((line) => line !== "");
const cursorIn = (header: string): string | undefined => /cursor (\S+?)[\];]/u.exec(header)?.[1];

/** All pages of a list, one after the other. */
async function allPages(at: Both, name: string, input: object): Promise<string[]> {
  const all: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await ask(at, name, { ...input, ...(cursor === undefined ? {} : { cursor }) });
    all.push(...page.lines);
    cursor = cursorIn(page.header);
  } while (cursor !== undefined);
  return all;
}

async function sameLog(at: Both, input: object, ...args: string[]): Promise<string[]> {
  const expected = lines(await at.repo.git("log", "--format=%H", ...args));
  const found = (await allPages(at, "git_log", input)).map((line) => line.slice(0, 10));
  expect(found, JSON.stringify(input)).toEqual(expected.map(short));
  return expected;
}

/** What git shows of a commit, without the lines that name blobs. */
async function patchOf({ repo, prefix }: Both, ...args: string[]): Promise<string> {
  const raw = ["-c", "core.quotePath=false", ...args];
  const text = (await repo.bytes(raw)).toString("utf8");
  return text
    .replaceAll(/^index [0-9a-f]+\.\.[0-9a-f]+(?: \d+)?\n/gmu, "")
    .replaceAll(/^(rename (?:from|to)) /gmu, `$1 ${prefix}`);
}

async function sameShow(at: Both, ref: string): Promise<void> {
  const { text, header } = await ask(at, "git_show", { ref });
  const names = [`--src-prefix=a/${at.prefix}`, `--dst-prefix=b/${at.prefix}`];
  const form = [
    "show",
    "--format=",
    "--diff-merges=first-parent",
    "--find-renames",
    ...names,
    `${ref}^{commit}`,
  ];
  const [hash, body] = await Promise.all([
    at.repo.git("rev-parse", `${ref}^{commit}`),
    at.repo.git("log", "-1", "--format=%B", ref),
  ]);
  expect(header).toContain(`commit ${hash}`);
  expect(text).toContain(
    `\n    ${body.trimEnd().replaceAll("\n", "\n    ").replaceAll("\n    \n", "\n\n")}\n`,
  );
  if (header.startsWith("[partial")) return;
  expect(text.trimEnd().endsWith((await patchOf(at, ...form)).trimEnd()), `${ref}\n${text}`).toBe(true);
}

/** Whole, as a resource: text as it is, all else as base64. */
async function sameBytes(at: Both, ref: string, path: string): Promise<void> {
  // a bare repository is only found by its own path, and a resource has none
  if (at.repo.root.endsWith(".git")) {
    const shown = await ask(at, "git_show", { ref, path: at.prefix + path });
    expect(shown.lines.join("\n")).toBe((await at.repo.bytes(["show", `${ref}:${path}`])).toString());
    return;
  }
  const uri = `git://./${encodeURIComponent(ref)}/${at.prefix}${path}`;
  const { parts, error } = await at.called.call("read_git_resource", { uri: encodeURI(uri) });
  expect(error, JSON.stringify(parts)).toBeUndefined();
  const [part] = parts;
  const found =
    part?.type === "text"
      ? Buffer.from(part.text)
      : Buffer.from(part?.type === "image" ? part.data : "", "base64");
  const [entry = ""] = (await at.repo.git("--literal-pathspecs", "ls-tree", "-z", ref, "--", path)).split(
    "\t",
  );
  const expected = await at.repo.bytes(["cat-file", "blob", entry.split(" ")[2] ?? ""]);
  expect(found.equals(expected), `${ref} ${path}`).toBe(true);
}

/** Commit and line number of each line, as an answer tells them. */
function blamed({ header, lines: rows }: { header: string; lines: string[] }): string[] {
  let commit = "";
  const onlyHashes = header.includes("only hashes");
  return rows.flatMap((row) => {
    const [, hash = "", line = ""] = /^([0-9a-f]{10}|not committed|) ?(\d+)\t/u.exec(row) ?? [];
    if (onlyHashes && hash !== "") commit = hash;
    if (line !== "" && (onlyHashes || hash === "")) return [`${commit} ${line}`];
    commit = /^(?:[0-9a-f]{10}|not committed)/u.exec(row)?.[0] ?? commit;
    return [];
  });
}

async function sameBlame(
  at: Both,
  path: string,
  input: Record<string, unknown>,
  ...args: string[]
): Promise<void> {
  const told = await ask(at, "git_blame", { path: at.prefix + path, ...input });
  const porcelain = await at.repo.git("blame", "--porcelain", ...args, "--", path);
  const expected = [...porcelain.matchAll(/^([0-9a-f]{40,64}) \d+ (\d+)(?: \d+)?$/gmu)].map(
    ([, hash = "", line]) => `${/^0+$/u.test(hash) ? "not committed" : short(hash)} ${line}`,
  );
  expect(blamed(told), `${path} ${JSON.stringify(input)}`).toEqual(expected);
}

/** The difference, applied to the first tree, makes the second. */
async function sameDiff(at: Both, from: string, to: string): Promise<void> {
  const { text, header } = await ask(at, "git_diff", { from, to, budget: BUDGET });
  expect(header).not.toContain("partial");
  const patch = text.slice(header.length + 1);
  const index = join(at.repo.root, `../index-${short(from)}-${short(to)}`);
  const env = { ...at.repo.env(), GIT_INDEX_FILE: index };
  const run = (args: readonly string[], input?: Buffer): Promise<Buffer> => at.repo.bytes(args, input, env);
  await run(["read-tree", from]);
  const strip = at.prefix.split("/").length;
  if (patch.trim() !== "") await run(["apply", "--cached", `-p${strip}`, "-"], Buffer.from(patch));
  expect((await run(["write-tree"])).toString().trim()).toBe(await at.repo.git("rev-parse", `${to}^{tree}`));
}

async function sameRefs(at: Both): Promise<void> {
  for (const [kind, prefix] of [
    ["branch", "refs/heads/"],
    ["tag", "refs/tags/"],
    ["remote", "refs/remotes/"],
  ] as const) {
    const format =
      "%(refname)%00%(if)%(*objectname)%(then)%(*objectname)%(else)%(objectname)%(end)%00%(symref)%00%(upstream:track)";
    const expected = lines(await at.repo.git("for-each-ref", `--format=${format}`, prefix))
      .map((line) => line.split("\0"))
      .filter(([, , symref]) => symref === "" || kind !== "remote")
      .map(([name = "", hash = "", , track = ""]) =>
        [name.slice(prefix.length), short(hash), track].join(" ").trim(),
      );
    const found = (await allPages(at, "git_branches", { action: "list", kind, limit: 17 })).map((line) => {
      const [, name = "", hash = "", rest = ""] =
        /^(?:[*+] )?(\S+) ([0-9a-f]{10}) \S+(?: \[([^\]]*)\])?/u.exec(line) ?? [];
      const track = /(?:gone|ahead|behind).*$/u.exec(rest)?.[0].replace(/(\d) b/u, "$1, b");
      return [name, hash, track === undefined ? "" : `[${track}]`].join(" ").trim();
    });
    expect(found.toSorted(), kind).toEqual(expected.toSorted());
  }
}

/** Each commit once, none missing and none too many; how many are only counted is told. */
async function sameChangelog(at: Both, from: string, to: string, by: "type" | "folder"): Promise<void> {
  const { header, text } = await ask(at, "git_changelog", { from, to, by });
  const expected = lines(await at.repo.git("rev-list", "--no-merges", `${from}..${to}`)).map(short);
  expect(header).toContain(`${expected.length} commit`);
  const found = [...text.matchAll(/^- .* ([0-9a-f]{10})$/gmu)].map(([, hash = ""]) => hash);
  const more = [...text.matchAll(/^- and (\d+) more$/gmu)].reduce((sum, [, many]) => sum + Number(many), 0);
  expect(found.filter((hash) => !expected.includes(hash))).toEqual([]);
  if (by === "type") {
    expect(new Set(found).size).toBe(found.length);
    expect(found.length + more).toBe(expected.length);
  } else if (more === 0) expect(new Set(found)).toEqual(new Set(expected));
}

/** What can be told of any repository with some commits. */
async function sameEverything(at: Both, commits: number): Promise<void> {
  const all = await sameLog(at, { limit: 1_000 });
  await sameLog(at, { limit: 7, range: "HEAD~20..HEAD" }, "HEAD~20..HEAD");
  const step = Math.max(1, Math.floor(all.length / commits));
  const sampled = all.filter((_, index) => index % step === 0).slice(0, commits);
  for (const hash of sampled) await sameShow(at, hash);
  const [newest = "", other = ""] = [all[0], all[Math.floor(all.length / 2)]];
  await sameDiff(at, other, newest);
  await sameDiff(at, newest, other);
  const files = (await at.repo.git("ls-tree", "-r", "-z", "--name-only", newest)).split("\0").slice(0, -1);
  for (const path of files.filter((_, index) => index % Math.ceil(files.length / 8) === 0)) {
    await sameBytes(at, newest, path);
    await sameBlame(at, path, { ref: newest }, newest);
  }
  await sameRefs(at);
}

// ---------------------------------------------------------------------------------------- 10,000 commits

describe("10,000 commits", { timeout: 60_000 }, () => {
  let ground: Ground;
  let at: Both;
  let large: LargeHistory;

  beforeAll(async () => {
    ground = await temporary();
    const repo = await repository(ground);
    large = await largeHistory(repo);
    await repo.git("branch", "--set-upstream-to=main", "topic/3");
    await repo.git("branch", "--set-upstream-to=topic/150", "main");
    await repo.git("branch", "--set-upstream-to=topic/150", "topic/180");
    at = await both(ground, repo);
  });
  afterAll(() => ground.scope.close());

  test("the log has every commit once, in git's order, on pages of any size", async () => {
    expect(await sameLog(at, { limit: 1_000 })).toHaveLength(10_000);
    await sameLog(at, { limit: 97, range: "v3.0.0..main" }, "v3.0.0..main");
    await sameLog(at, { limit: 1, range: "HEAD~5..HEAD" }, "HEAD~5..HEAD");
  });

  test("every filter, and filters together, choose what git chooses", async () => {
    const path = large.renames.at(-1)?.to ?? "";
    const folder = "packages/größe/src";
    const cases: [object, string[]][] = [
      [{ author: "Müller" }, ["--fixed-strings", "--regexp-ignore-case", "--author=Müller"]],
      [{ author: "tanaka@" }, ["--author=tanaka@"]],
      [{ grep: "Ümläut" }, ["--grep=Ümläut"]],
      [{ grep: "支持中文" }, ["--grep=支持中文"]],
      [{ grep: "`old`" }, ["--fixed-strings", "--grep=`old`"]],
      [
        { since: "2018-06-01", until: "2018-06-20" },
        ["--since=2018-06-01T00:00:00Z", "--until=2018-06-20T23:59:59Z"],
      ],
      [{ range: "v1.1.0..v1.3.0" }, ["v1.1.0..v1.3.0"]],
      [{ range: "topic/3...topic/9" }, ["topic/3...topic/9"]],
      [{ range: "topic/3" }, ["topic/3"]],
      [{ paths: [folder, path] }, ["--", folder, path]],
      [{ paths: [path], follow: true }, ["--follow", "--", path]],
      [{ pickaxe: "value7 = 12", range: "v3.0.0..main" }, ["--no-renames", "-Svalue7 = 12", "v3.0.0..main"]],
      [
        { author: "Müller", grep: "fix", paths: ["packages/api"] },
        ["-i", "-F", "--author=Müller", "--grep=fix", "--", "packages/api"],
      ],
    ];
    let found = 0;
    for (const [input, args] of cases) found += (await sameLog(at, { limit: 997, ...input }, ...args)).length;
    expect(found).toBeGreaterThan(5_000);
  });

  test("commits, tags and files at revisions are those of git, to the byte", async () => {
    expect.hasAssertions();
    const some = large.commits.filter((_, index) => index % 400 === 7);
    const merges = large.merges.filter((_, index) => index % 40 === 0).map(({ commit }) => commit);
    const renames = large.renames.filter((_, index) => index % 120 === 0).map(({ commit }) => commit);
    for (const ref of [...some, ...merges, ...renames, ...large.tags.slice(0, 4).map(({ name }) => name)])
      await sameShow(at, ref);
    for (const [path] of [...large.files].slice(0, 12)) await sameBytes(at, "main", path);
    for (const { commit, from } of large.renames.slice(-6)) await sameBytes(at, `${commit}~1`, from);
  });

  test("the difference of two tags, applied, gives the tree of the second", async () => {
    expect.hasAssertions();
    for (let index = 4; index + 1 < large.tags.length; index += 3)
      await sameDiff(at, large.tags[index]?.name ?? "", large.tags[index + 1]?.name ?? "");
    await sameDiff(at, "main", "v3.0.0");
  });

  test("every line is blamed on git's commit: ranges, ignored commits, changes in the tree", async () => {
    expect.hasAssertions();
    const paths = [...large.files.keys()].filter((_, index) => index % 500 === 3);
    for (const path of paths) {
      await sameBlame(at, path, {});
      await sameBlame(at, path, { ref: "v2.0.0" }, "v2.0.0").catch((error: unknown) => {
        if (!/no such path|not in this revision/u.test(String(error))) throw error;
      });
      await sameBlame(at, path, { startLine: 3, endLine: 9 }, "-L3,9");
      const ignored = lines(await at.repo.git("log", "-2", "--format=%H", "--", path));
      const flags = ignored.map((hash) => `--ignore-rev=${hash}`);
      await sameBlame(at, path, { ignoreRevs: ignored }, ...flags);
    }
    const [path = ""] = paths;
    const text = (await at.repo.bytes(["show", `main:${path}`])).toString();
    await at.repo.write({ [path]: `new\n${text.replace("value2", "changed2")}end` });
    await sameBlame(at, path, {});
    await at.repo.write({ [path]: text });
  });

  test("branches and tags with how far they are from their upstream", async () => {
    expect.hasAssertions();
    await sameRefs(at);
  });

  test("a changelog has each commit once", async () => {
    expect.hasAssertions();
    for (let index = 0; index + 1 < large.tags.length; index += 4) {
      const [from, to] = [large.tags[index]?.name ?? "", large.tags[index + 1]?.name ?? ""];
      await sameChangelog(at, from, to, "type");
      await sameChangelog(at, from, to, "folder");
    }
    await sameChangelog(at, "HEAD~100", "HEAD", "type");
    await sameChangelog(at, "HEAD~100", "HEAD", "folder");
  });

  test("a status of everything that can happen to a file", async () => {
    const paths = [...large.files.keys()].slice(0, 60);
    const copy = await both(ground, at.repo);
    await at.repo.git("mv", paths[0] ?? "", "moved.ts");
    await at.repo.git("rm", "--quiet", "--cached", paths[1] ?? "");
    for (const [index, path] of paths.slice(2, 40).entries())
      await at.repo.write({ [path]: index % 3 === 0 ? undefined : `changed ${index}\n` });
    for (const path of paths.slice(2, 20)) await at.repo.git("add", "--all", "--", path);
    for (const path of paths.slice(10, 16)) await at.repo.write({ [path]: "again\n" });
    await at.repo.write({
      "new/a": "1",
      "new/b": "2",
      größe: "3",
      ".gitignore": "ignored*\n",
      ignored1: "x",
    });
    await sameStatus(copy, { ignored: true, limit: 9 }, "--ignored");
    await sameStatus(copy, { untracked: false, limit: 1_000 }, "--untracked-files=no");
    await sameStatus(copy, { paths: ["packages/api"] }, "--", "packages/api");
    await at.repo.git("reset", "--quiet", "--hard");
    await at.repo.git("clean", "-fdxq");
    expect((await ask(copy, "git_status")).header).toContain("clean");
  });
});

async function sameStatus(at: Both, input: object, ...args: string[]): Promise<void> {
  const form = ["-c", "core.quotePath=false", "status", "--porcelain=v1", "-z", "--ignore-submodules=dirty"];
  const records = (await at.repo.bytes([...form, ...args])).toString().split("\0").slice(0, -1);
  const expected: string[] = [];
  for (let index = 0; index < records.length; index++) {
    const record = records[index] ?? "";
    const from = /^[RC]/u.test(record) ? `${at.prefix}${records[(index += 1)] ?? ""} -> ` : "";
    expected.push(`${record.slice(0, 3)}${from}${at.prefix}${record.slice(3)}`);
  }
  const found = (await allPages(at, "git_status", input)).map((line) => line.replace(" (submodule)", ""));
  expect(found.toSorted()).toEqual(expected.toSorted());
}

// ---------------------------------------------------------------------------------------- other shapes

describe("repositories of other shapes", { timeout: 60_000 }, () => {
  test("SHA-256, linked work tree, bare, shallow and detached", async () => {
    await using ground = await temporary();
    const repo = await repository(ground, { folder: "whole", format: "sha256" });
    await largeHistory(repo, { commits: 700, files: 200 });
    await repo.git("worktree", "add", "--quiet", "-b", "linked", "../linked", "HEAD~60");
    await repo.git("clone", "--quiet", "--bare", repo.root, "../bare.git");
    await repo.git("clone", "--quiet", "--no-local", "--depth=40", `file://${repo.root}`, "../shallow");
    await repo.git("clone", "--quiet", repo.root, "../detached");
    const detached = repo.at("../detached");
    await detached.git("switch", "--quiet", "--detach", "HEAD~30");
    for (const [each, commits] of [
      [repo, 12],
      [repo.at("../linked"), 6],
      [repo.at("../bare.git"), 6],
      [repo.at("../shallow"), 6],
      [detached, 6],
    ] as const) {
      const at = await both(ground, each);
      await sameEverything(at, commits);
    }
    const { header } = await ask(await both(ground, detached), "git_status");
    expect(header).toContain("detached");
    const shallow = await ask(await both(ground, repo.at("../shallow")), "git_log", { limit: 1_000 });
    expect(shallow.header).toContain("a shallow clone");
    await sameStatus(await both(ground, repo.at("../linked")), {});
  });

  test("a branch without a commit says so in every tool that reads", async () => {
    await using ground = await temporary();
    const repo = await repository(ground);
    await repo.write({ "a.txt": "a\n" });
    const at = await both(ground, repo);
    expect((await ask(at, "git_log")).header).toContain("main has no commit yet");
    expect((await ask(at, "git_changelog")).header).toContain("main has no commit yet");
    expect((await ask(at, "git_branches", { action: "list" })).header).toContain("0 branches");
    expect((await ask(at, "git_diff", { staged: true })).header).toContain("no commit yet");
    for (const [name, input] of [
      ["git_show", {}],
      ["git_show", { path: "a.txt" }],
      ["git_blame", { path: "a.txt" }],
      ["git_diff", { from: "HEAD" }],
    ] as const)
      expect(await at.called.failure(name, input)).toContain("no commit yet");
    await sameStatus(at, {});
  });

  test.each(["sha1", "sha256"] as const)("submodules by their commit, not entered (%s)", async (format) => {
    await using ground = await temporary();
    const modules = await moduleHistory(ground, { format });
    for (const repo of [modules.repo, modules.linked]) {
      const at = await both(ground, repo);
      await sameStatus(at, {});
      await sameLog(at, {});
      for (const { commit } of modules.moves) await sameShow(at, commit);
      await sameRefs(at);
    }
    const at = await both(ground, modules.repo);
    const [move] = modules.moves;
    const { text } = await ask(at, "git_diff", {
      from: move?.from === undefined ? "" : `${move.commit}^`,
      to: move?.commit ?? "",
    });
    expect(text).toContain(`+Subproject commit ${move?.to}`);
    const shown = await ask(at, "git_show", { path: "super/libs/moved" });
    expect(shown.header).toContain(`submodule at commit ${modules.modules.moved.recorded}, not entered`);
  });
});

// ---------------------------------------------------------------------------------------- odd names

/** What a caller passes on of a name that was shown: itself, or what it is in quotes. */
function givenBack(shown: string): string {
  return shown.startsWith('"') ? String(JSON.parse(shown)) : shown;
}

describe("odd names", { timeout: 60_000 }, () => {
  let ground: Ground;
  let at: Both;
  let history: PathHistory;

  beforeAll(async () => {
    ground = await temporary();
    const repo = await repository(ground);
    history = await pathHistory(repo);
    at = await both(ground, repo);
  });
  afterAll(() => ground.scope.close());

  test("as an answer shows them they can be asked about again", async () => {
    for (const path of history.odd) await at.repo.write({ [path]: "one\ntwo\nthree\n" });
    const shown = (await allPages(at, "git_status", { limit: 30 })).map((line) => line.slice(3));
    const names = shown.map(givenBack);
    expect(names.toSorted()).toEqual([...history.odd].toSorted());
    for (const path of names) {
      const { lines: rows } = await ask(at, "git_show", { path });
      expect(rows.join("\n"), path).toBe("one\ntwo\n");
      await sameBytes(at, "HEAD~1", path).catch((error: unknown) => {
        throw new Error(`resource of ${JSON.stringify(path)}`, { cause: error });
      });
      const log = await ask(at, "git_log", { paths: [path] });
      expect(log.lines, path).toHaveLength(2);
      const diff = await ask(at, "git_diff", { paths: [path] });
      expect(diff.text, path).toContain("+three");
      const blame = await ask(at, "git_blame", { path });
      expect(blame.lines.at(-1), path).toBe("3\tthree");
      expect((await ask(at, "git_status", { paths: [path] })).lines, path).toHaveLength(1);
    }
  });

  test("they are staged, taken back, restored and put aside by those names, and nothing else is", async () => {
    await at.repo.git("reset", "--quiet", "--hard");
    for (const path of history.odd.filter((_, index) => index % 2 === 0)) {
      await at.repo.write({ [path]: "one\ntwo\nthree\n" });
      const status = async (): Promise<string[]> =>
        (await at.repo.bytes(["status", "--porcelain=v1", "-z", "--untracked-files=no"]))
          .toString()
          .split("\0");
      const before = await status();
      await ask(at, "git_stage", { paths: [path] });
      expect(await at.repo.bytes(["diff", "--cached", "--name-only", "-z"]).then(String), path).toBe(
        `${path}\0`,
      );
      await ask(at, "git_stage", { paths: [path], unstage: true });
      await ask(at, "git_stage", { hunks: [{ path, startLine: 3, endLine: 3 }] });
      expect(await at.repo.bytes(["diff", "--cached", "--name-only", "-z"]).then(String), path).toBe(
        `${path}\0`,
      );
      await ask(at, "git_restore", { paths: [path], staged: true });
      expect(await status(), path).toEqual(before);
      await ask(at, "git_stash", { action: "push", paths: [path] });
      expect(await status(), path).toEqual([""]);
      await ask(at, "git_stash", { action: "pop" });
      expect(await status(), path).toEqual(before);
      await ask(at, "git_restore", { paths: [path] });
      expect(await status(), path).toEqual([""]);
    }
    await at.repo.git("reset", "--quiet", "--hard");
  });

  test("of names that no text can hold every answer says so", async () => {
    await at.repo.git("reset", "--quiet", "--hard");
    for (const path of history.invalid)
      await writeFile(Buffer.concat([Buffer.from(`${at.repo.root}/`), path]), "changed\n");
    const status = await allPages(at, "git_status", {});
    expect(status).toHaveLength(history.invalid.length);
    for (const line of status) expect(line).toContain("cannot be named");
    const listed = await ask(at, "git_show", { path: "." });
    expect(listed.lines.filter((line) => line.includes("cannot be named"))).toHaveLength(3);
    const diff = await ask(at, "git_diff", { stat: true });
    expect(diff.lines.filter((line) => line.includes("cannot be named"))).toHaveLength(3);
    await at.repo.git("reset", "--quiet", "--hard");
  });

  test("kinds of contents are as git has them at every revision", async () => {
    expect.hasAssertions();
    for (const ref of history.commits.slice(0, 3))
      for (const path of [
        "ends/plain-crlf.txt",
        "ends/mixed.txt",
        "ends/none.txt",
        "binary/bytes.bin",
        "empty",
        "run.sh",
      ])
        await sameBytes(at, ref, path);
    for (const ref of history.commits.slice(2)) await sameShow(at, ref);
    for (const path of [
      "ends/lf.auto",
      "ends/mixed.txt",
      "ends/none.txt",
      "ends/plain-crlf.txt",
      "latin1.txt",
      "bom.txt",
    ]) {
      await sameBlame(at, path, {});
      await sameBlame(at, path, { ref: "HEAD" }, "HEAD");
    }
    await sameLog(
      at,
      { paths: ["moved/tab\tchanged.txt"], follow: true },
      "--follow",
      "--",
      "moved/tab\tchanged.txt",
    );
  });
});
