import { execFile } from "node:child_process";
import { appendFile, chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findRepositoryFacts } from "../../shared/policy/repository-facts.ts";
import { Trust } from "../../shared/policy/trust.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "plumb-trust-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const git = (...args: string[]): Promise<unknown> => promisify(execFile)("git", ["-C", folder, ...args]);

test("trust is by kind, subject and hash, and another process's is seen at once", async () => {
  const [ours, theirs] = [Trust.open(folder), Trust.open(folder)];
  const [one, two] = ["1".repeat(64), "2".repeat(64)];
  expect(await ours.isTrusted("repository", "/r", one)).toBe(false);
  await theirs.grant("repository", "/r", one);
  expect(await ours.isTrusted("repository", "/r", one)).toBe(true);
  expect(await ours.isTrusted("repository", "/r", two)).toBe(false);
  expect(await ours.isTrusted("hook", "/r", one)).toBe(false);
  await theirs.grant("repository", "/r", two);
  expect(await ours.isTrusted("repository", "/r", one)).toBe(false);
  expect((await ours.list()).map(({ hash }) => hash)).toEqual([two]);
  expect([await ours.revoke("repository", "/r"), await ours.revoke("repository", "/r")]).toEqual([
    true,
    false,
  ]);
  expect(await theirs.list()).toEqual([]);
});

describe("the facts of a repository", () => {
  const hashNow = (): string | undefined => findRepositoryFacts(folder)?.hash;

  test("are none where there is no repository", async () => {
    expect(findRepositoryFacts(folder)).toBeUndefined();
  });

  test("name what would run, without running it", async () => {
    await git("init", "-q");
    await git("config", "core.fsmonitor", `touch ${folder}/ran`);
    await git("config", "filter.x.Y.clean", "evil; --now");
    await git("config", "alias.st", "status");
    await git("config", "alias.go", "!evil");
    await writeFile(join(folder, "more.cfg"), '[diff "a"]\n\ttextconv = "evil \\"x\\"" # why\n');
    await appendFile(
      join(folder, ".git/config"),
      '[include] path = "../more.cfg" ; said so\n[CORE]\n\thooksPath = .hooks\n',
    );
    await mkdir(join(folder, ".hooks"));
    await writeFile(join(folder, ".hooks/pre-commit"), "#!/bin/sh\n");
    await chmod(join(folder, ".hooks/pre-commit"), 0o755);
    await writeFile(join(folder, ".hooks/readme"), "");
    const facts = findRepositoryFacts(folder);
    expect(facts?.settings.map(({ key, value }) => `${key}=${value}`)).toEqual([
      `core.fsmonitor=touch ${folder}/ran`,
      "filter.x.Y.clean=evil; --now",
      "alias.go=!evil",
      "include.path=../more.cfg",
      "core.hookspath=.hooks",
      'diff.a.textconv=evil "x"',
    ]);
    expect(facts?.hooks).toEqual([
      { file: join(facts?.folders.workTree ?? "", ".hooks/pre-commit"), text: "#!/bin/sh\n" },
    ]);
  });

  test("change with every setting, included file and hook, and not with the branches that one follows", async () => {
    await git("init", "-q");
    const hook = join(folder, ".git/hooks/post-checkout");
    const steps: (() => Promise<unknown>)[] = [
      () => git("config", "filter.a.clean", "cat"),
      () => git("config", "filter.a.clean", "evil"),
      () => git("config", "include.path", "../more.cfg"),
      () => writeFile(join(folder, "more.cfg"), "[core]\n"),
      () => appendFile(join(folder, "more.cfg"), "\tpager = evil\n"),
      () => writeFile(hook, "#!/bin/sh\n", { mode: 0o755 }),
      () => appendFile(hook, "evil\n"),
      () => git("config", "extensions.worktreeConfig", "true"),
      () => writeFile(join(folder, ".git/config.worktree"), "[core]\n\tpager = evil\n"),
    ];
    const hashes = [hashNow()];
    for (const step of steps) {
      await step();
      hashes.push(hashNow());
    }
    expect(new Set(hashes).size).toBe(steps.length + 1);
    await git("config", "branch.main.remote", "origin");
    await git("config", "branch.main.merge", "refs/heads/main");
    await git("config", "branch.next.merge", "refs/heads/next");
    expect(hashNow()).toBe(hashes.at(-1));
    await git("config", "branch.main.mergeOptions", "-X ours");
    expect(hashNow()).not.toBe(hashes.at(-1));
  });

  test("are those of the repository behind a worktree's file", async () => {
    await git("init", "-q");
    await git("-c", "user.name=x", "-c", "user.email=x@y", "commit", "-q", "--allow-empty", "-m", "first");
    await git("config", "core.pager", "evil");
    await git("worktree", "add", "-q", "tree");
    const facts = findRepositoryFacts(join(folder, "tree"));
    expect(facts?.settings.map(({ key }) => key)).toEqual(["core.pager"]);
  });

  test.each([
    ["x".repeat(64 * 1024 + 1), "is larger than 64 KiB, so it cannot be shown whole"],
    [Buffer.from([0x7f, 0x45, 0xff]), "is no UTF-8 text, so it cannot be shown whole"],
  ])("are refused when a hook cannot be shown whole", async (content, message) => {
    await git("init", "-q");
    const file = join(folder, ".git/hooks/pre\u001b[2Jcommit");
    await writeFile(file, content, { mode: 0o755 });
    expect(() => findRepositoryFacts(folder)).toThrow(`pre\\u{1b}[2Jcommit ${message}`);
    await chmod(file, 0o644);
    expect(findRepositoryFacts(folder)?.hooks).toEqual([]);
  });

  test("are refused when a configuration file is no text, since its hash would hide a change", async () => {
    await git("init", "-q");
    await appendFile(join(folder, ".git/config"), Buffer.from([0x23, 0xe9, 0x0a]));
    expect(() => findRepositoryFacts(folder)).toThrow("is no UTF-8 text");
  });

  test("wait for nothing: a FIFO in the place of the configuration is refused", async () => {
    await git("init", "-q");
    await rm(join(folder, ".git/config"));
    await promisify(execFile)("mkfifo", [join(folder, ".git/config")]);
    expect(() => findRepositoryFacts(folder)).toThrow(/cannot be shown/u);
  });
});
