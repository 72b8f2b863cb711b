import { symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ToolError } from "../../shared/errors.ts";
import { gitCalled } from "../support/git-called.ts";
import type { Repository } from "../support/repository.ts";

/** The hash of each line, as real git says. */
async function reference(repo: Repository, ...args: string[]): Promise<string[]> {
  const text = await repo.git("blame", "-s", "--abbrev=39", "--root", ...args);
  return text.split("\n").map((line) => line.slice(0, 10));
}

/** The hash of each line, as an answer says. */
function hashesIn(lines: readonly string[]): string[] {
  let hash = "";
  return lines.flatMap((line) => {
    if (/^\d+\t/u.test(line)) return [hash];
    hash = line.startsWith("not committed") ? "0000000000" : line.slice(0, 10);
    return [];
  });
}

const TEN = Array.from({ length: 10 }, (_, index) => `line ${index + 1}\n`);

test("lines stand below the commit that they are from, which is described once", async () => {
  await using at = await gitCalled({ files: { "src/a.txt": TEN.join("") } });
  const { repo } = at;
  const first = (await repo.git("rev-parse", "HEAD")).slice(0, 10);
  const second = (
    await repo.commit("change the middle", { "src/a.txt": TEN.with(4, "new\n").join("") })
  ).slice(0, 10);
  const { header, lines } = await at.ask("git_blame", { path: "src/a.txt" });
  expect(header).toBe("[src/a.txt: lines 1-10 of 10; all by Ada Lovelace]");
  expect(lines).toEqual([
    `${first} 2023-11-14: first`,
    ...TEN.slice(0, 4).map((line, index) => `${index + 1}\t${line.trim()}`),
    `${second} 2023-11-14: change the middle`,
    "5\tnew",
    first,
    ...TEN.slice(5).map((line, index) => `${index + 6}\t${line.trim()}`),
  ]);
  expect(hashesIn(lines)).toEqual(await reference(repo, "src/a.txt"));
});

test("a range, a revision, and what is not committed", async () => {
  await using at = await gitCalled({ files: { "a.txt": TEN.join("") } });
  const { repo } = at;
  await repo.write({ "a.txt": [...TEN.with(1, "mine\n"), "more\n"].join("") });
  const { header, lines } = await at.ask("git_blame", { path: "a.txt", startLine: 2, endLine: 3 });
  expect(header).toBe("[a.txt: lines 2-3 of 11; all by Ada Lovelace]");
  expect(lines[0]).toBe("not committed");
  expect(lines[1]).toBe("2\tmine");
  expect(hashesIn(lines)).toEqual(await reference(repo, "-L2,3", "a.txt"));
  const old = await at.ask("git_blame", { path: "a.txt", ref: "main", startLine: 2, endLine: 99 });
  expect(old.header).toBe("[a.txt: lines 2-10; all by Ada Lovelace]");
  expect(await at.fail("git_blame", { path: "a.txt", ref: "main", startLine: 20 })).toContain(
    "only 10 lines",
  );
  expect(await at.fail("git_blame", { path: "a.txt", startLine: 20 })).toContain("only 11 lines");
  expect(await at.fail("git_blame", { path: "a.txt", startLine: 5, endLine: 2 })).toContain(
    "before startLine",
  );
});

test("commits can be looked through", async () => {
  await using at = await gitCalled({ files: { "a.txt": "one\ntwo\n" } });
  const noise = await at.repo.commit("format", { "a.txt": "one;\ntwo;\n" });
  const { lines } = await at.ask("git_blame", { path: "a.txt", ignoreRevs: ["HEAD"] });
  expect(hashesIn(lines)).toEqual(await reference(at.repo, "--ignore-rev", noise, "a.txt"));
  expect(lines[0]).toContain("first");
});

test("renames are followed, and line ends that git changes are nobody's change", async () => {
  await using at = await gitCalled({ files: { "old.txt": TEN.join("") } });
  await at.repo.git("mv", "old.txt", "new.txt");
  await at.repo.commit("move");
  await at.repo.git("config", "core.autocrlf", "true");
  await at.repo.write({ "new.txt": TEN.join("").replaceAll("\n", "\r\n") });
  const { lines } = await at.ask("git_blame", { path: "new.txt" });
  expect(lines[0]).toContain("first");
  expect(hashesIn(lines)).toEqual(await reference(at.repo, "new.txt"));
});

test("what cannot be blamed says why", async () => {
  await using at = await gitCalled({
    files: { "src/main.ts": "x\n", "bin.dat": Buffer.from([1, 0, 2]), empty: "" },
  });
  await at.repo.write({ "new.txt": "x\n" });
  await symlink("src/main.ts", join(at.repo.root, "link"));
  expect(await at.fail("git_blame", { path: "new.txt" })).toContain("never committed");
  expect(await at.fail("git_blame", { path: "src/mian.ts" })).toContain("nothing at src/mian.ts");
  expect(await at.fail("git_blame", { path: "src/mian.ts", ref: "HEAD" })).toContain(
    "Did you mean src/main.ts?",
  );
  expect(await at.fail("git_blame", { path: "src", ref: "HEAD" })).toContain("is a directory");
  expect(await at.fail("git_blame", { path: "bin.dat" })).toContain("binary");
  expect(await at.fail("git_blame", { path: "bin.dat", ref: "HEAD" })).toContain("binary");
  expect(await at.fail("git_blame", { path: "link" })).toContain("is a link");
  expect(await at.fail("git_blame", { path: "src/main.ts", ref: "nowhere" })).toContain(
    "no revision nowhere",
  );
  expect((await at.ask("git_blame", { path: "empty" })).header).toBe("[empty: empty file]");
  await using unborn = await gitCalled();
  await unborn.repo.write({ "a.txt": "x\n" });
  expect(await unborn.fail("git_blame", { path: "a.txt" })).toContain("no commit yet");
});

test("a folder that became a link to elsewhere is not read through", async () => {
  await using at = await gitCalled({ files: { "dir/secret": "x\n" } });
  await at.repo.git("rm", "-q", "-r", "--cached", "dir");
  await at.repo.write({ dir: undefined });
  const outside = join(at.repo.root, "../outside");
  await at.repo.write({ "../outside/secret": "SECRET\n" });
  await symlink(outside, join(at.repo.root, "dir"));
  expect(await at.fail("git_blame", { path: "dir/secret" })).not.toContain("SECRET");
});

test("secrets are not blamed", async () => {
  await using at = await gitCalled({
    files: { ".env": "KEY=1\n" },
    permit: ({ relative }) => {
      if (relative === ".env") throw new ToolError("denied", "that is a secret");
    },
  });
  expect(await at.fail("git_blame", { path: ".env" })).toContain("secret");
  expect(await at.fail("git_blame", { path: ".env", ref: "HEAD" })).toContain("secret");
});

test("very many commits cost fewer words, and what has no room is told with how to go on", async () => {
  await using at = await gitCalled({ files: { "hot.txt": "" } });
  const { repo } = at;
  const rows: string[] = [];
  for (let turn = 0; turn < 60; turn++) {
    rows.push(...Array.from({ length: 15 }, (_, index) => `this is line ${turn * 15 + index} of the file\n`));
    await repo.commit(`a rather long subject that is repeated ${"x".repeat(60)} ${turn}`, {
      "hot.txt": rows.join(""),
    });
  }
  const { header, lines } = await at.ask("git_blame", { path: "hot.txt" });
  const [, end = "", next = ""] = /lines 1-(\d+) of 900; .*go on with startLine (\d+)\]$/u.exec(header) ?? [];
  expect(Number(next)).toBe(Number(end) + 1);
  expect(lines.join("\n").length).toBeLessThan(20_000);
  const rest = await at.ask("git_blame", { path: "hot.txt", startLine: Number(next) });
  const shown = [...lines, ...rest.lines].map((line) => line.replace(/^(?:[0-9a-f]{10})? ?\d+\t/u, ""));
  expect(shown.filter((line) => line.startsWith("this is"))).toEqual(rows.map((row) => row.trim()));
});

test("a file without a newline at its end, and odd characters", async () => {
  await using at = await gitCalled({ files: { "a.txt": "ümläut\u202e\u0007\nlast" } });
  await writeFile(join(at.repo.root, "a.txt"), "ümläut\u202e\u0007\nlast");
  const { lines } = await at.ask("git_blame", { path: "a.txt" });
  expect(lines.slice(1)).toEqual([String.raw`1	ümläut\u{202e}\u{7}`, "2\tlast"]);
});
