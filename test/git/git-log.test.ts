import fc from "fast-check";
import { expect, test } from "vitest";
import { gitDate } from "../../servers/git/log/date.ts";
import git from "../../servers/git/server.ts";
import { ToolError } from "../../shared/errors.ts";
import { encodeCursor } from "../../shared/cursor.ts";
import { callable } from "../support/call-tool.ts";
import { gitCalled, type GitCalled } from "../support/git-called.ts";
import { largeHistory, pathHistory } from "../support/histories.ts";
import { makeHistory, randomHistory } from "../support/random-history.ts";
import type { Repository } from "../support/repository.ts";
import { temporary } from "../support/workspace.ts";

const RUNS = Number(process.env["HISTORY_RUNS"] ?? 10);

/** The hashes of an answer, shortened. */
const hashes = (lines: readonly string[]): string[] => lines.map((line) => line.slice(0, 10));

/** What real git lists. */
async function reference(repo: Repository, ...args: string[]): Promise<string[]> {
  const text = await repo.git("log", "--format=%H", ...args);
  return text === "" ? [] : text.split("\n").map((line) => line.slice(0, 10));
}

async function logged(at: GitCalled, input: Record<string, unknown> = {}): Promise<string[]> {
  return hashes((await at.ask("git_log", { limit: 1_000, ...input })).lines);
}

/** Three commits by two people, one of them merged from a branch. */
async function small(): Promise<GitCalled> {
  const at = await gitCalled({ files: { "a.txt": "one\n" } });
  const { repo } = at;
  await repo.git("tag", "v1");
  await repo.branch("topic", { "b.txt": "needle\n" });
  await repo.git("switch", "--quiet", "main");
  await repo.write({ "c d.txt": "three\n" });
  await repo.git("add", "--all");
  await repo.git(
    "-c",
    "user.name=Bob (B.)",
    "commit",
    "--quiet",
    "-m",
    "Work [a-z]+ of Bob\n\nMore about Things",
  );
  await repo.git("merge", "--quiet", "--no-ff", "-m", "Merge topic", "topic");
  return at;
}

test("a commit is a line: hash, time, author, subject, and what points to it", async () => {
  await using at = await small();
  const { header, lines } = await at.ask("git_log");
  expect(header).toBe("[HEAD: 4 commits, UTC]");
  const time = "2023-11-14 22:\\d\\d";
  const expected = [
    `${time} Ada Lovelace: Merge topic \\(merge\\) \\[HEAD, main\\]`,
    `${time} Bob \\(B\\.\\): Work \\[a-z\\]\\+ of Bob`,
    `${time} Ada Lovelace: work on topic \\[topic\\]`,
    `${time} Ada Lovelace: first \\[tag v1\\]`,
  ];
  const all = await reference(at.repo);
  expect(lines).toHaveLength(4);
  for (const [index, line] of lines.entries())
    expect(line).toMatch(new RegExp(`^${all[index]} ${expected[index]}$`, "u"));
});

test("one author is told once", async () => {
  await using at = await gitCalled({ files: { "a.txt": "one\n" } });
  await at.repo.commit("second");
  const { header, lines } = await at.ask("git_log");
  expect(header).toBe("[HEAD: 2 commits, UTC; all by Ada Lovelace]");
  expect(lines[0]).toMatch(/^[0-9a-f]{10} 2023-11-14 \d\d:\d\d second \[HEAD, main\]$/u);
});

test("filters give what git gives", async () => {
  await using at = await small();
  const { repo } = at;
  const cases: [Record<string, unknown>, string[]][] = [
    [{ range: "topic" }, ["topic"]],
    [{ range: "v1..main" }, ["v1..main"]],
    [{ range: "v1.." }, ["v1..HEAD"]],
    [{ range: "main...topic" }, ["main...topic"]],
    [{ range: "main~1...topic" }, ["main~1...topic"]],
    [{ range: "main^2" }, ["main^2"]],
    [{ paths: ["c d.txt"] }, ["--", "c d.txt"]],
    [{ paths: ["a.txt", "b.txt"] }, ["--", "a.txt", "b.txt"]],
    [{ author: "bob (b.)" }, ["-i", "-F", "--author=bob (b.)"]],
    [{ author: "ada@EXAMPLE" }, ["-i", "--author=ada@example"]],
    [{ grep: "[a-z]+" }, ["-F", "--grep=[a-z]+"]],
    [{ grep: "about things" }, ["-i", "--grep=about things"]],
    [{ pickaxe: "needle" }, ["-Sneedle"]],
    [{ since: "2001-01-01", author: "Ada", paths: ["b.txt"] }, ["--author=Ada", "--", "b.txt"]],
    [{ until: "2001-01-01" }, ["--until=2001-01-01"]],
  ];
  for (const [input, args] of cases)
    expect([input, await logged(at, input)]).toEqual([input, await reference(repo, ...args)]);
});

test("nothing that matches is said in words, and so is what cannot be asked", async () => {
  await using at = await small();
  expect((await at.ask("git_log", { grep: "nowhere" })).header).toBe("[HEAD: no commit matches]");
  expect(await at.fail("git_log", { range: "mian" })).toContain("Did you mean main?");
  expect(await at.fail("git_log", { range: "--output=x" })).toContain("is not a revision");
  expect(await at.fail("git_log", { range: "main..--all" })).toContain("is not a revision");
  expect(await at.fail("git_log", { range: "a....b" })).toContain("is not a revision");
  expect(await at.fail("git_log", { follow: true })).toContain("exactly one path");
  expect(await at.fail("git_log", { since: "whenever" })).toContain("is not a date");
  expect(await at.fail("git_log", { grep: "a\nb" })).toContain("one line");
  await using unborn = await gitCalled();
  expect((await unborn.ask("git_log")).header).toBe("[main has no commit yet; git_commit makes the first]");
});

test("a file is followed through its renames", async () => {
  await using at = await gitCalled({ files: { "old.txt": "a long line that stays\nand another\n" } });
  await at.repo.git("mv", "old.txt", "new name.txt");
  await at.repo.commit("rename");
  await at.repo.commit("other", { "x.txt": "x" });
  expect(await logged(at, { paths: ["new name.txt"] })).toHaveLength(1);
  expect(await logged(at, { paths: ["new name.txt"], follow: true })).toEqual(
    await reference(at.repo, "--follow", "--", "new name.txt"),
  );
});

test("whether a secret holds a text is not told, not by the pages either", async () => {
  await using at = await gitCalled({
    files: { ".env": "KEY=hush\n", "a.txt": "x\n" },
    permit: ({ relative }) => {
      if (relative.endsWith(".env")) throw new ToolError("denied", "that is a secret");
    },
  });
  const { repo } = at;
  await repo.commit("moved", { ".env": undefined, "plain.txt": "KEY=other\n" });
  for (let each = 0; each < 6; each++) {
    await repo.commit(`public ${each}`, { "a.txt": "KEY=hush\n".repeat(each + 1) });
    await repo.commit(`secret ${each}`, { "sub/.env": "KEY=hush\n".repeat(each + 1) });
  }
  expect((await at.ask("git_log", { pickaxe: "KEY=hush", range: "HEAD~12" })).header).toBe(
    "[HEAD~12: no commit matches]",
  );
  const seen: string[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < 3; page++) {
    const input = { pickaxe: "KEY=hush", limit: 2, ...(cursor === undefined ? {} : { cursor }) };
    const { header, lines } = await at.ask("git_log", input);
    seen.push(...lines.map((line) => /(public|secret) \d/u.exec(line)?.[0] ?? ""));
    cursor = /cursor (\S+)\]/u.exec(header)?.[1];
  }
  expect(seen).toEqual([5, 4, 3, 2, 1, 0].map((each) => `public ${each}`));
  expect(cursor).toBeUndefined();
});

test("pages follow each other though the branch moves on", async () => {
  await using at = await gitCalled();
  const { repo } = at;
  await largeHistory(repo, { commits: 230, files: 50 });
  const all = await reference(repo);
  const seen: string[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < 3; page++) {
    const { header, lines } = await at.ask("git_log", {
      limit: 100,
      ...(cursor === undefined ? {} : { cursor }),
    });
    seen.push(...hashes(lines));
    cursor = /cursor (\S+)\]/u.exec(header)?.[1];
    await repo.commit("meanwhile");
  }
  expect(seen).toEqual(all);
  expect(cursor).toBeUndefined();
});

test("what has no room ends with a cursor", async () => {
  await using at = await gitCalled();
  await largeHistory(at.repo, { commits: 600, files: 50 });
  const first = await at.ask("git_log", { limit: 1_000 });
  expect(first.header).toMatch(/^\[partial: .* with cursor /u);
  expect([first.header, ...first.lines].join("\n").length).toBeLessThan(20_000);
  const [, cursor] = /cursor (\S+)\]/u.exec(first.header) ?? [];
  const second = await at.ask("git_log", { limit: 1_000, cursor });
  expect(hashes([...first.lines, ...second.lines])).toEqual(
    (await reference(at.repo)).slice(0, first.lines.length + second.lines.length),
  );
});

test("a cursor that somebody wrote gives git nothing but hashes", async () => {
  await using at = await small();
  for (const revision of ["--output=/tmp/x", "main", "-n1", "HEAD", "^", "", "abcd --all"])
    expect(await at.fail("git_log", { cursor: encodeCursor([1, [revision]]) })).toContain(
      "cursor is not one",
    );
});

test("histories of any shape and format are told as git tells them", async () => {
  await fc.assert(
    fc.asyncProperty(randomHistory, async (history) => {
      await using ground = await temporary();
      const { repo, commits, branches } = await makeHistory(ground, history);
      await using called = await callable(git, { roots: [ground.root] });
      for (const branch of branches.keys()) {
        const [text = ""] = await called.texts("git_log", { range: branch, limit: 1_000 });
        expect(hashes(text.split("\n").slice(1))).toEqual(await reference(repo, `refs/heads/${branch}`));
        for (const line of text.split("\n").slice(1)) {
          const made = commits.find(({ hash }) => hash.startsWith(line.slice(0, 10)));
          expect(line.includes("(merge)")).toBe((made?.parents.length ?? 0) > 1);
        }
      }
    }),
    { numRuns: RUNS },
  );
});

test("every odd path can be asked for", async () => {
  await using at = await gitCalled();
  const { odd } = await pathHistory(at.repo);
  for (const path of odd.filter((name) => !/[\\\n]/u.test(name)))
    expect([path, await logged(at, { paths: [`./${path}`] })]).toEqual([
      path,
      await reference(at.repo, "--", `:(top,literal)${path}`),
    ]);
}, 60_000);

test("days are those of the answers, on the second", async () => {
  await using at = await gitCalled();
  const { repo } = at;
  const tree = (await repo.bytes(["mktree"], Buffer.alloc(0))).toString().trim();
  const dated = async (date: string, ...parents: string[]): Promise<string> => {
    const text = `tree ${tree}\n${parents.map((each) => `parent ${each}\n`).join("")}author A <a@x> ${date}\ncommitter A <a@x> ${date}\n\n${date}\n`;
    return (await repo.bytes(["hash-object", "-t", "commit", "-w", "--stdin"], Buffer.from(text)))
      .toString()
      .trim();
  };
  const midnight = Date.parse("2024-05-02T00:00:00Z") / 1000;
  const before = await dated(`${midnight - 1} +1400`);
  const after = await dated(`${midnight} -1200`, before);
  await repo.git("update-ref", "refs/heads/main", after);
  expect(await logged(at, { since: "2024-05-02" })).toEqual([after.slice(0, 10)]);
  expect(await logged(at, { until: "2024-05-01" })).toEqual([before.slice(0, 10)]);
  expect(await logged(at, { since: "2024-05-02 00:00" })).toEqual([after.slice(0, 10)]);
  const { lines } = await at.ask("git_log");
  expect(lines.map((line) => line.slice(11, 27))).toEqual(["2024-05-02 00:00", "2024-05-01 23:59"]);
});

test("bare and SHA-256 repositories have a history, blame, branches and a changelog", async () => {
  await using at = await gitCalled({ bare: true, format: "sha256" });
  const large = await largeHistory(at.repo, { commits: 120, files: 30 });
  expect(await logged(at)).toEqual(await reference(at.repo));
  const [path = ""] = large.files.keys();
  const { header } = await at.ask("git_blame", { repo: ".", path });
  expect(header).toContain(`${path}: lines 1-`);
  expect((await at.ask("git_branches", { action: "list" })).header).toContain("on main]");
  expect((await at.ask("git_changelog")).header).toContain("from the first commit");
  expect(await at.fail("git_status", { repo: ".", paths: ["../x"] })).toContain("outside");
});

test("a shallow clone says that the history ends there", async () => {
  await using at = await gitCalled({ files: { "a.txt": "one\n" } });
  await at.repo.commit("second");
  await at.repo.git("clone", "--quiet", "--depth", "1", `file://${at.repo.root}`, "clone");
  expect((await at.ask("git_log", { repo: "clone" })).header).toBe(
    "[HEAD: 1 commit, UTC; the history ends here: a shallow clone]",
  );
});

test("a linked work tree has its own HEAD", async () => {
  await using at = await small();
  await at.repo.git("worktree", "add", "--quiet", "--detach", "linked", "v1");
  const { header, lines } = await at.ask("git_log", { repo: "linked" });
  expect(header).toContain("1 commit");
  expect(hashes(lines)).toEqual(await reference(at.repo, "v1"));
});

test("dates are days, times, or so long ago", () => {
  expect(gitDate("2026-11-21", "since")).toBe("2026-11-21T00:00:00 +0000");
  expect(gitDate("2026-11-21", "until")).toBe("2026-11-21T23:59:59 +0000");
  for (const date of ["2026-11-21T17:05:00Z", "2 weeks ago", "1 year 2 months ago", "yesterday"])
    expect(gitDate(date, "since")).toBe(date);
  expect(gitDate("2026-11-21 17:05", "until")).toBe("2026-11-21 17:05 +0000");
  for (const date of ["soon", "2026-13-40", "--all", "21.11.2026", "2026-11-21; rm", "weeks ago", ""])
    expect(() => gitDate(date, "since")).toThrow("is not a date");
});
