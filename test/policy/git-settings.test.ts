import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  parseGitSettings,
  parseWholeGitSettings,
  runsProgram,
  type GitSetting,
} from "../../shared/policy/git-settings.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "plumb-settings-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Listed {
  readonly settings: readonly GitSetting[];
  readonly isWhole: boolean;
}

/** What git itself reads in such a file, includes not followed. */
async function gitReads(text: string): Promise<Listed> {
  const file = join(folder, "config");
  await writeFile(file, text);
  const env = { PATH: process.env["PATH"], HOME: folder, GIT_CONFIG_NOSYSTEM: "1", LC_ALL: "C" };
  const args = ["config", "-z", "--list", "--no-includes", "--file", file];
  try {
    const { stdout } = await promisify(execFile)("git", args, { env, cwd: folder });
    return { settings: listed(stdout), isWhole: true };
  } catch (error) {
    if (!(error instanceof Error && "stdout" in error)) throw error;
    return { settings: listed(String(error.stdout)), isWhole: false };
  }
}

function listed(stdout: string): GitSetting[] {
  return stdout
    .split("\0")
    .slice(0, -1)
    .map((entry) => {
      const end = entry.indexOf("\n");
      return end < 0
        ? { key: entry, value: "true" }
        : { key: entry.slice(0, end), value: entry.slice(end + 1) };
    });
}

/** Older versions of git read a blank for each blank inside a value, whatever it is. */
function sameBlanks(settings: readonly GitSetting[]): GitSetting[] {
  return settings.map(({ key, value }) => ({ key, value: value.replaceAll(/[\t\r]/gu, " ") }));
}

async function expectAsGit(text: string): Promise<void> {
  const git = await gitReads(text);
  const whole = parseWholeGitSettings(text);
  expect(whole !== undefined, text).toBe(git.isWhole);
  // git forgets what it had not yet written when it gives up
  if (git.isWhole) expect(sameBlanks(whole ?? [])).toEqual(sameBlanks(git.settings));
  if (git.isWhole) expect(parseGitSettings(text)).toEqual(whole);
}

test("git configuration is read as git reads it", async () => {
  const text = [
    "; comment \\",
    "[core] pager = a \\",
    "  b # c \\",
    '[filter "a \\"q\\" ]b"] clean = "x ; y" ; z',
    "\tsmudge=one\\ttwo",
    "required",
    "[Remote.Old]",
    "Url = \\\\host\\",
    "x",
    '[a][b "c"] d = e',
    '[x "y"] z = " a " b   ',
  ].join("\n");
  await expectAsGit(text);
  expect(parseGitSettings(text)).toHaveLength(7);
  await expectAsGit(`\uFEFF${text.replaceAll("\n", "\r\n")}`);
});

test.each([
  "[core]\npager = 'a\\q'",
  '[core]\npager = "a',
  "[core\npager = a",
  "[]\na = b",
  "[core]\npager ; a",
  "[core]\npa_ger = a",
  '[core "a\n"] pager = b',
  "[core] 1a = b",
  "a = b",
  '[ "x"] y = z',
  "[core]\r\r\npager = a\r",
  "[core]\n\u00a0pager = a",
  "[core]\npager = \u00a0a\u000b",
  "[core]\n\u212aey = a",
  "[core]pager=a\\",
  "[core]pager=a#",
  "[core]pager",
  "#",
  "\uFEFF\uFEFF[core]pager=x",
])("and where git refuses or wonders, so do we: %j", expectAsGit);

test("what looks like any configuration is read as git reads it", async () => {
  const piece = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom("\n", "\n", "\r\n", " ", "\t", "\r") },
    {
      weight: 3,
      arbitrary: fc.constantFrom("[core]", '[filter "x"]', '[a "b\\"c\\\\"]', "[A.b]", "[include]", "[x-1] "),
    },
    { weight: 3, arbitrary: fc.constantFrom("pager", "Clean", "k-1", "path") },
    { weight: 3, arbitrary: fc.constantFrom("=", " = ", "= ", "\t=\t") },
    {
      weight: 2,
      arbitrary: fc.constantFrom('"', '"a b"', '" # "', "\\n", "\\\\", '\\"', "\\\n", "\\\r\n", "\\x"),
    },
    {
      weight: 2,
      arbitrary: fc.constantFrom("#", ";", "# c", "; [z]", "!evil", "../x", "é", "\u2028", "]", "[", "."),
    },
    {
      weight: 1,
      arbitrary: fc.string({ unit: "binary-ascii", maxLength: 4 }).map((text) => text.replaceAll("\0", "")),
    },
  );
  const line = fc
    .tuple(
      fc.constantFrom("", " ", "\t", "[s]", '[s "t"] '),
      fc.constantFrom("key", "Key-2"),
      fc.constantFrom("", "=", " = ", "\t=", "="),
      fc.array(fc.constantFrom("a", " ", "\t", '"', '"b "', "\\\\", "\\t", '\\"', "\\\n", "#", ";", "\r"), {
        maxLength: 8,
      }),
      fc.constantFrom("\n", "\r\n", ""),
    )
    .map(
      ([indent, key, equals, value, end]) =>
        indent + key + equals + (equals === "" ? "" : value.join("")) + end,
    );
  const text = fc.oneof(
    fc.array(piece, { maxLength: 20 }).map((pieces) => pieces.join("")),
    fc.array(line, { maxLength: 5 }).map((lines) => `[core]\n${lines.join("")}`),
    fc.array(fc.oneof(line, piece), { maxLength: 8 }).map((lines) => `\uFEFF[core]\n${lines.join("")}`),
  );
  await fc.assert(fc.asyncProperty(text, expectAsGit), { numRuns: Number(process.env["FC_RUNS"] ?? 300) });
}, 600_000);

test("a NUL ends a key or a value, as it does for git", () => {
  expect(parseGitSettings('[core "pager\0"] x = evil\0 no')).toEqual([{ key: "core.pager", value: "evil" }]);
});

describe("a setting counts as one that runs something", () => {
  test.each([
    "core.fsmonitor",
    "core.sshcommand",
    "core.alternaterefscommand",
    "core.worktree",
    "attr.tree",
    "rebase.instructionformat",
    "filter.a.b.process",
    "diff.x.textconv",
    "difftool.x.path",
    "merge.x.driver",
    "gpg.ssh.defaultkeycommand",
    "gpg.program",
    "gpg.x509.program",
    "hook.a.command",
    "http.https://x/.proxy",
    "credential.https://x/.helper",
    "imap.tunnel",
    "gc.recentobjectshook",
    "includeif.gitdir:x.path",
    "pager.log",
    "protocol.ext.allow",
    "remote.o.vcs",
    "sendemail.x.smtpserver",
    "submodule.x.update",
    "tar.zip.command",
    "trace2.eventtarget",
    "uploadpack.packobjectshook",
    "url.x.insteadof",
    "lfs.customtransfer.x.path",
    "commit.gpgsign",
    "branch.x.mergeoptions",
    "pull.twohead",
  ])("%s", (key) => expect(runsProgram({ key, value: "x" })).toBe(true));

  test.each([
    ["alias.x", "!evil", "status"],
    ["alias.x.command", "-c core.pager=evil log", "log --oneline"],
    ["remote.o.url", "ext::evil", "https://host/x"],
    ["branch.b.remote", "foo::bar", "origin"],
    ["submodule.s.url", "ext::evil", "../other"],
  ])("%s by its value", (key, value, harmless) => {
    expect([value, harmless].map((value) => runsProgram({ key, value }))).toEqual([true, false]);
  });

  test.each([
    "user.name",
    "core.bare",
    "branch.x.merge",
    "remote.o.fetch",
    "diff.x.xfuncname",
    "push.default",
  ])("and %s does not", (key) => expect(runsProgram({ key, value: "x" })).toBe(false));
});
