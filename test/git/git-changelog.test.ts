import fc from "fast-check";
import { expect, test } from "vitest";
import { readConventional } from "../../servers/git/changelog/conventional.ts";
import { markdownText } from "../../servers/git/text/markdown.ts";
import { gitCalled, type GitCalled } from "../support/git-called.ts";
import { largeHistory } from "../support/histories.ts";

async function commits(at: GitCalled, messages: readonly string[]): Promise<string[]> {
  const hashes: string[] = [];
  for (const message of messages) hashes.push((await at.repo.commit(message)).slice(0, 10));
  return hashes;
}

test("commits since the newest tag are grouped by type, breaking ones first", async () => {
  await using at = await gitCalled({ files: { "a.txt": "one\n" } });
  await at.repo.git("tag", "v1");
  const [one, two, three, four, five] = await commits(at, [
    "feat(core): add a thing (#12)",
    "fix: mend it",
    "feat!: drop the old form",
    "Tidy up",
    "fix(api): answer again\n\nBREAKING CHANGE: status is a number\n",
  ]);
  const { header, lines } = await at.ask("git_changelog");
  expect(header).toBe("[v1..HEAD: 5 commits; 2 breaking; from the newest tag before]");
  expect(lines).toEqual([
    "",
    "### Breaking changes",
    "",
    `- **api**: answer again (status is a number) ${five}`,
    `- drop the old form ${three}`,
    "",
    "### Features",
    "",
    `- **core**: add a thing (#12) ${one}`,
    "",
    "### Fixes",
    "",
    `- mend it ${two}`,
    "",
    "### Other",
    "",
    `- Tidy up ${four}`,
  ]);
});

test("tags inside the range are headings, each commit below the oldest that holds it", async () => {
  await using at = await gitCalled({ files: { "a.txt": "one\n" } });
  const { repo } = at;
  const [one] = await commits(at, ["feat: one"]);
  await repo.git("tag", "v1");
  await repo.git("switch", "--quiet", "-c", "side");
  const [side] = await commits(at, ["fix: on the side"]);
  await repo.git("switch", "--quiet", "main");
  const [two] = await commits(at, ["feat: two"]);
  await repo.git("tag", "-a", "-m", "second", "v2");
  await repo.git("merge", "--quiet", "--no-ff", "-m", "Merge side", "side");
  const [three] = await commits(at, ["docs: three"]);
  const first = await repo.git("rev-list", "--max-parents=0", "HEAD");
  const { header, lines } = await at.ask("git_changelog", { from: first });
  expect(header).toBe(`[${first}..HEAD: 4 commits; 2 tags; 1 merge left out]`);
  const text = lines.join("\n");
  const order = [
    "## Unreleased",
    `three ${three}`,
    "## v2 (2023-11-14)",
    `two ${two}`,
    "## v1 (",
    `one ${one}`,
  ];
  const places = order.map((each) => text.indexOf(each));
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  expect(places).not.toContain(-1);
  expect(text.slice(0, text.indexOf("## v2"))).toContain(`on the side ${side}`);
  const tagged = await at.ask("git_changelog", { to: "v2" });
  expect(tagged.header).toBe("[v1..v2: 1 commit; 1 tag; from the newest tag before]");
});

test("without a tag it begins at the first commit; an unborn branch and an empty range say so", async () => {
  await using at = await gitCalled({ files: { "a.txt": "one\n" } });
  expect((await at.ask("git_changelog")).header).toBe("[HEAD: 1 commit; from the first commit]");
  expect((await at.ask("git_changelog", { from: "main" })).header).toBe("[main..HEAD: no commits]");
  expect(await at.fail("git_changelog", { from: "nope" })).toContain("no revision nope");
  await using unborn = await gitCalled();
  expect((await unborn.ask("git_changelog")).header).toBe("[main has no commit yet]");
});

test("by folder, and of certain paths", async () => {
  await using at = await gitCalled({ files: { "README.md": "x\n" } });
  const { repo } = at;
  await repo.git("tag", "v1");
  const one = (await repo.commit("feat(core): one", { "packages/core/a.ts": "1" })).slice(0, 10);
  const two = (await repo.commit("fix: two", { "packages/api/b.ts": "1", "docs/x.md": "1" })).slice(0, 10);
  const three = (await repo.commit("three", { "README.md": "y" })).slice(0, 10);
  const { lines } = await at.ask("git_changelog", { by: "folder" });
  expect(lines.filter((line) => line !== "")).toEqual([
    "### .",
    `- three ${three}`,
    "### docs",
    `- fix: two ${two}`,
    "### packages",
    `- fix: two ${two}`,
    `- feat core: one ${one}`,
  ]);
  const some = await at.ask("git_changelog", { by: "folder", paths: ["packages"] });
  expect(some.header).toContain("2 commits");
  expect(some.lines.filter((line) => line !== "")).toEqual([
    "### packages/api",
    `- fix: two ${two}`,
    "### packages/core",
    `- feat core: one ${one}`,
  ]);
});

test("what commits say stays text in the document", async () => {
  await using at = await gitCalled({ files: { "a.txt": "one\n" } });
  await commits(at, [
    "# not a heading",
    "feat: <script>alert(1)</script> [link](http://x) ![pic](y) *bold* `code` ` _em_ snake_case",
    "fix(a]b): ``` fence",
    "1. not a list",
  ]);
  const { lines } = await at.ask("git_changelog");
  const entries = lines
    .filter((line) => line.startsWith("- "))
    .map((line) => line.replace(/ [0-9a-f]{10}$/u, ""));
  expect(entries).toEqual([
    String.raw`- \<script\>alert(1)\</script\> \[link\](http://x) !\[pic\](y) \*bold\* ` +
      "`code`" +
      String.raw` \` \_em\_ snake_case`,
    "- **a\\]b**: \\`\\`\\` fence",
    String.raw`- 1\. not a list`,
    String.raw`- \# not a heading`,
    "- first",
  ]);
});

test("every text stays on one line, and begins nothing", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 80 }), (text) => {
      const plain = markdownText(text);
      expect(plain).not.toMatch(/[\n\r]/u);
      const outside = plain.replaceAll(/(?<!\\)`[^`]+`/gu, "");
      expect(outside).not.toMatch(/(?<!\\)(?:\\\\)*[<[\]*]/u);
      expect(plain).not.toMatch(/^(?:[#>+-]|\d+[.)])/u);
    }),
  );
});

test("conventional messages are read, and others kept whole", () => {
  const read = (message: string) => readConventional({ message });
  expect(read("Feature(x y)!: Do it\n\nbody")).toEqual({
    type: "feat",
    scope: "x y",
    subject: "Do it",
    breaking: "",
  });
  expect(read("constructor: x")).toEqual({ type: "other", subject: "constructor: x" });
  expect(read('Revert "feat: x"')).toEqual({ type: "revert", subject: 'Revert "feat: x"' });
  expect(read("other: x")).toEqual({ type: "other", subject: "other: x" });
  expect(read("")).toEqual({ type: "other", subject: "" });
});

test("a large history is counted whole and shown in part", async () => {
  await using at = await gitCalled();
  const large = await largeHistory(at.repo, { commits: 2_000, files: 300 });
  const first = await at.repo.git("rev-list", "--max-parents=0", "HEAD");
  const { header, lines } = await at.ask("git_changelog", { from: first });
  const merges = large.merges.length;
  expect(header).toMatch(
    new RegExp(
      `^\\[partial: .*: ${1_999 - merges} commits; \\d tags; \\d+ breaking; ${merges} merges left out;`,
      "u",
    ),
  );
  expect(lines.join("\n").length).toBeLessThan(20_000);
  expect(lines.filter((line) => line.startsWith("## "))).toHaveLength(
    large.tags.length + (header.includes("Unreleased") ? 1 : 0),
  );
});
