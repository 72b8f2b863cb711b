import { execFileSync } from "node:child_process";
import {
  appendFile,
  chmod,
  mkdir,
  mkdtemp,
  readFile,
  realpath,
  rename,
  rm,
  symlink,
  unlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { GitFolders } from "../../shared/policy/git-folders.ts";
import { findRepositoryFacts, type RepositoryFacts } from "../../shared/policy/repository-facts.ts";
import { RepositoryTrust } from "../../shared/policy/repository-trust.ts";
import { Trust } from "../../shared/policy/trust.ts";

let top: string;
let repo: string;
let state: string;
let trust: RepositoryTrust;

beforeEach(async () => {
  await makeRepository();
  vi.stubEnv("GIT_CONFIG_SYSTEM", "/dev/null");
  vi.stubEnv("GIT_CONFIG_GLOBAL", join(top, "person"));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(top, { recursive: true, force: true });
});

async function makeRepository(): Promise<void> {
  top = await realpath(await mkdtemp(join(tmpdir(), "plumb-repository-")));
  repo = join(top, "repo");
  state = join(top, "state");
  trust = new RepositoryTrust(state);
  await mkdir(repo);
  git("init", "-q", "-b", "main");
  git("commit", "-q", "--allow-empty", "-m", "first");
}

function git(...args: string[]): string {
  return gitIn(repo, ...args);
}

function gitIn(cwd: string, ...args: string[]): string {
  const env = {
    PATH: process.env["PATH"],
    HOME: top,
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_AUTHOR_NAME: "a",
    GIT_AUTHOR_EMAIL: "a@b",
    GIT_COMMITTER_NAME: "a",
    GIT_COMMITTER_EMAIL: "a@b",
  };
  return execFileSync("git", args, { cwd, env, encoding: "utf8", stdio: "pipe" });
}

async function write(path: string, text: string | Uint8Array, mode = 0o644): Promise<string> {
  const file = join(top, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  await chmod(file, mode);
  return file;
}

function factsOf(folder = repo): RepositoryFacts {
  const facts = findRepositoryFacts(folder);
  if (facts === undefined) throw new Error(`no repository in ${folder}`);
  return facts;
}

async function grant(facts = factsOf()): Promise<void> {
  await Trust.open(state).grant("repository", facts.subjects[0], facts.hash);
}

/** By the server that has been asked all along, and by one that knows nothing yet. */
async function isTrusted(folders: GitFolders = factsOf().folders): Promise<boolean> {
  const [ours, fresh] = [await trust.isTrusted(folders), await new RepositoryTrust(state).isTrusted(folders)];
  expect(ours).toEqual(fresh);
  return ours.trusted;
}

const folders = (): GitFolders => ({
  gitDir: join(repo, ".git"),
  commonDir: join(repo, ".git"),
  workTree: repo,
});

const SCRIPT = "#!/bin/sh\n";

/** What has to be there before, and what is done then. */
const CHANGES: Record<string, { before?: () => Promise<unknown>; change: () => Promise<unknown> }> = {
  "a setting": { change: async () => git("config", "core.pager", "evil") },
  "a setting that runs nothing by itself": { change: async () => git("config", "user.name", "x") },
  "the value of a setting, of the same length": {
    before: async () => git("config", "core.pager", "less"),
    change: async () => git("config", "core.pager", "evil"),
  },
  "a branch's options of merging": {
    change: async () => git("config", "branch.main.mergeoptions", "-s evil"),
  },
  "a branch's remote that is an address": {
    change: async () => git("config", "branch.main.remote", "ext::evil"),
  },
  "an included file": {
    before: async () => {
      git("config", "include.path", "../more");
      await write("repo/more", "[core]\n\tpager = less\n");
    },
    change: () => write("repo/more", "[core]\n\tpager = evil\n"),
  },
  "an included file that was missing": {
    before: async () => git("config", "includeIf.onbranch:never.path", "../more"),
    change: () => write("repo/more", "[core]\n\tpager = evil\n"),
  },
  "an included file that goes": {
    before: async () => {
      git("config", "include.path", "../more");
      await write("repo/more", "[core]\n\tpager = less\n");
    },
    change: () => unlink(join(top, "repo/more")),
  },
  "a file included by an included one, outside": {
    before: async () => {
      git("config", "include.path", join(top, "one"));
      await write("one", '[includeIf "gitdir:/never"]\n\tpath = sub/two\n');
    },
    change: () => write("sub/two", "[core]\n\tpager = evil\n"),
  },
  "an included file behind a link": {
    before: async () => {
      git("config", "include.path", "../link");
      await write("one", "[core]\n\tpager = less\n");
      await write("two", "[core]\n\tpager = evil\n");
      await symlink(join(top, "one"), join(repo, "link"));
    },
    change: async () => {
      await unlink(join(repo, "link"));
      await symlink(join(top, "two"), join(repo, "link"));
    },
  },
  "config.worktree": {
    before: async () => git("config", "extensions.worktreeConfig", "true"),
    change: async () => git("config", "--worktree", "core.pager", "evil"),
  },
  "a hook": { change: () => write("repo/.git/hooks/pre-commit", SCRIPT, 0o755) },
  "a hook's text": {
    before: () => write("repo/.git/hooks/pre-commit", `${SCRIPT}good`, 0o755),
    change: () => write("repo/.git/hooks/pre-commit", `${SCRIPT}evil`, 0o755),
  },
  "a hook's executable bit": {
    before: () => write("repo/.git/hooks/pre-commit", SCRIPT),
    change: () => chmod(join(repo, ".git/hooks/pre-commit"), 0o755),
  },
  "what a hook's link leads to": {
    before: async () => {
      const file = await write("tools/hook", `${SCRIPT}good`, 0o755);
      await symlink(file, join(repo, ".git/hooks/pre-commit"));
    },
    change: () => write("tools/hook", `${SCRIPT}evil`, 0o755),
  },
  "where a hook's link leads": {
    before: async () => {
      await symlink(join(top, "one"), join(repo, ".git/hooks/pre-commit"));
      await write("two", SCRIPT, 0o755);
    },
    change: async () => rename(join(top, "two"), join(top, "one")),
  },
  "a file in a folder beside a hook": {
    before: () => write("repo/.git/hooks/pre-commit.d/one", "good"),
    change: () => write("repo/.git/hooks/pre-commit.d/one", "evil"),
  },
  "core.hooksPath in the work tree": {
    before: async () => git("config", "core.hooksPath", "tools/hooks"),
    change: () => write("repo/tools/hooks/pre-push", SCRIPT, 0o755),
  },
  "core.hooksPath outside": {
    before: async () => {
      git("config", "core.hooksPath", join(top, "hooks"));
      await write("hooks/pre-push", `${SCRIPT}good`, 0o755);
    },
    change: () => write("hooks/pre-push", `${SCRIPT}evil`, 0o755),
  },
  "core.hooksPath at home": {
    before: async () => git("config", "core.hooksPath", `~/hooks-${process.pid}/..${top}/hooks`),
    change: async () => git("config", "core.hooksPath", `~/hooks-${process.pid}`),
  },
  "the folder of hooks as a link": {
    before: async () => {
      await rename(join(repo, ".git/hooks"), join(top, "hooks"));
      await symlink(join(top, "hooks"), join(repo, ".git/hooks"));
      await write("other/pre-commit", SCRIPT, 0o755);
    },
    change: async () => {
      await unlink(join(repo, ".git/hooks"));
      await symlink(join(top, "other"), join(repo, ".git/hooks"));
    },
  },
  "a script of husky's": {
    before: async () => {
      git("config", "core.hooksPath", ".husky/_");
      await write("repo/.husky/_/h", "sh -e ../$0");
      await write("repo/.husky/_/pre-commit", '. "$(dirname "$0")/h"', 0o755);
      await write("repo/.husky/pre-commit", "npm test\n");
    },
    change: () => write("repo/.husky/pre-commit", "npm evil\n"),
  },
  "a script that husky would find": {
    before: async () => {
      git("config", "core.hooksPath", ".husky/_");
      await write("repo/.husky/_/pre-commit", '. "$(dirname "$0")/h"', 0o755);
    },
    change: () => write("repo/.husky/pre-commit", "npm evil\n"),
  },
  "info/attributes": { change: () => write("repo/.git/info/attributes", "* filter=evil\n") },
  "a script that a setting names": {
    before: async () => {
      git("config", "filter.x.clean", 'node "my tools/clean.js" --fast');
      await write("repo/my tools/clean.js", "good");
    },
    change: () => write("repo/my tools/clean.js", "evil"),
  },
  "a script that a setting names and that was missing": {
    before: async () => git("config", "filter.x.process", "sh -c 'exec ./process.sh'"),
    change: () => write("repo/process.sh", "evil"),
  },
  "a script after a variable": {
    before: async () => {
      git("config", "alias.x", "!$GIT_DIR/tools/x && $(git rev-parse --show-toplevel)/scripts/x");
      await write("repo/scripts/x", "good");
    },
    change: () => write("repo/scripts/x", "evil"),
  },
  "a script in git's folder": {
    before: async () => git("config", "core.sshCommand", `${repo}/.git/ssh.sh -4`),
    change: () => write("repo/.git/ssh.sh", "evil"),
  },
  "the executable bit of a script that a setting names": {
    before: async () => {
      git("config", "core.sshCommand", "./ssh.sh");
      await write("repo/ssh.sh", SCRIPT);
    },
    change: () => chmod(join(repo, "ssh.sh"), 0o755),
  },
  "a script that a hook names": {
    before: async () => {
      await write("repo/.git/hooks/pre-commit", `${SCRIPT}exec ./scripts/check.sh "$@"\n`, 0o755);
      await write("repo/scripts/check.sh", "good");
    },
    change: () => write("repo/scripts/check.sh", "evil"),
  },
};

describe("a trusted repository is untrusted after a change of", () => {
  test.each(Object.entries(CHANGES))("%s", async (_name, { before, change }) => {
    await before?.();
    await grant();
    expect(await isTrusted()).toBe(true);
    await change();
    expect(await isTrusted()).toBe(false);
    await grant();
    expect(await isTrusted()).toBe(true);
  });

  test("any of these, when it was known for long and nothing is read again", async () => {
    const made: { name: string; top: string; repo: string; trust: RepositoryTrust }[] = [];
    try {
      for (const [name, { before }] of Object.entries(CHANGES)) {
        await rm(top, { recursive: true, force: true });
        await makeRepository();
        await before?.();
        await grant();
        made.push({ name, top, repo, trust });
        // what is made next has a folder of its own
        top = join(top, "none");
      }
      await new Promise((resolve) => setTimeout(resolve, 3_100));
      for (const one of made) {
        ({ top, repo, trust } = one);
        const { hash } = await trust.isTrusted(folders());
        expect(await trust.isTrusted(folders()), one.name).toEqual({ trusted: true, hash });
        await CHANGES[one.name]?.change();
        expect((await trust.isTrusted(folders())).trusted, one.name).toBe(false);
      }
    } finally {
      await Promise.all(made.map(({ top }) => rm(top, { recursive: true, force: true })));
    }
  });
});

describe("a trusted repository stays trusted", () => {
  test.each<[string, () => Promise<unknown>]>([
    [
      "which branch follows which",
      async () => {
        git("config", "branch.main.remote", "origin");
        git("config", "branch.main.merge", "refs/heads/grün");
      },
    ],
    ["a commit", async () => git("commit", "-q", "--allow-empty", "-m", "second")],
    ["a linked worktree more", async () => git("worktree", "add", "-q", "../linked")],
    ["the attributes of a branch", () => write("repo/.gitattributes", "* filter=lfs\n")],
    ["a sample of a hook", () => write("repo/.git/hooks/pre-push.sample", "x", 0o755)],
    ["other files", () => write("repo/package.json", "{}")],
    ["a comment", () => appendFile(join(repo, ".git/config"), "# said so\n")],
  ])("after a change of %s", async (_name, change) => {
    await grant();
    expect(await isTrusted()).toBe(true);
    await change();
    expect(await isTrusted()).toBe(true);
  });
});

test("a change that puts the old times back is seen", async () => {
  const file = await write("repo/.git/hooks/pre-commit", `${SCRIPT}good`, 0o755);
  const old = new Date(Date.now() - 60_000);
  await utimes(file, old, old);
  await grant();
  expect(await isTrusted()).toBe(true);
  await writeFile(file, `${SCRIPT}evil`);
  await utimes(file, old, old);
  expect(await isTrusted()).toBe(false);
});

test("nothing is read of a repository for which nothing was granted", async () => {
  await rm(join(repo, ".git/config"));
  await mkdir(join(repo, ".git/config"));
  await Trust.open(state).grant("repository", "/other", "0".repeat(64));
  expect(await trust.isTrusted(folders())).toEqual({ trusted: false, hash: undefined });
  expect(trust.skipped(folders())).toEqual(["what cannot be shown whole"]);
});

test("what cannot be shown whole is not trusted, and is again when it can", async () => {
  await grant();
  const config = await readFile(join(repo, ".git/config"));
  for (const bad of [Buffer.from([0xff]), "[core]\n\tpager = \\x\n", "x".repeat(2 ** 20 + 1), "[a]\0"]) {
    await writeFile(join(repo, ".git/config"), bad);
    expect(await trust.isTrusted(folders())).toEqual({ trusted: false, hash: undefined });
    expect(() => findRepositoryFacts(repo)).toThrow("cannot be shown whole");
  }
  await writeFile(join(repo, ".git/config"), config);
  expect(await isTrusted()).toBe(true);
});

test.each(["~nobody/x", "%(prefix)/x"])(
  "an include of %s, which only git can find, is refused",
  async (path) => {
    git("config", "include.path", path);
    expect(() => findRepositoryFacts(repo)).toThrow("includes what only git can find");
  },
);

describe("trust is kept", () => {
  test("for a repository and its linked worktrees together", async () => {
    git("worktree", "add", "-q", "../linked");
    const linked = join(top, "linked");
    expect(factsOf(linked).subjects).toEqual([join(repo, ".git"), join(repo, ".git/worktrees/linked")]);
    await grant();
    expect([await isTrusted(), await isTrusted(factsOf(linked).folders)]).toEqual([true, true]);
    git("config", "core.pager", "evil");
    expect([await isTrusted(), await isTrusted(factsOf(linked).folders)]).toEqual([false, false]);
  });

  test("for a linked worktree by itself where its own scripts differ", async () => {
    git("config", "core.hooksPath", ".hooks");
    git("worktree", "add", "-q", "../linked");
    const linked = join(top, "linked");
    await write("repo/.hooks/pre-commit", SCRIPT, 0o755);
    await grant();
    expect([await isTrusted(), await isTrusted(factsOf(linked).folders)]).toEqual([true, false]);
    await write("linked/.hooks/pre-commit", SCRIPT, 0o755);
    expect(await isTrusted(factsOf(linked).folders)).toBe(true);
    await write("linked/.hooks/pre-commit", `${SCRIPT}other`, 0o755);
    const { subjects, hash } = factsOf(linked);
    await Trust.open(state).grant("repository", subjects[1] ?? "", hash);
    expect([await isTrusted(), await isTrusted(factsOf(linked).folders)]).toEqual([true, true]);
  });

  test("and the settings of a linked worktree count for all", async () => {
    git("config", "extensions.worktreeConfig", "true");
    git("worktree", "add", "-q", "../linked");
    await grant();
    gitIn(join(top, "linked"), "config", "--worktree", "core.pager", "evil");
    expect([await isTrusted(), await isTrusted(factsOf(join(top, "linked")).folders)]).toEqual([
      false,
      false,
    ]);
  });

  test.each<[string, (evil: string) => Promise<unknown>]>([
    ["a .git file", (evil) => writeFile(join(evil, ".git"), `gitdir: ${repo}/.git\n`)],
    ["a .git link", (evil) => symlink(join(repo, ".git"), join(evil, ".git"))],
    [
      "a .git file into another's worktree",
      (evil) => writeFile(join(evil, ".git"), `gitdir: ${repo}/.git/worktrees/linked\n`),
    ],
    [
      "a commondir",
      async (evil) => {
        await mkdir(join(evil, ".git"));
        await writeFile(join(evil, ".git/commondir"), `${repo}/.git\n`);
        await writeFile(join(evil, ".git/gitdir"), `${evil}/.git\n`);
      },
    ],
    [
      "a bare folder's commondir",
      async (evil) => {
        for (const name of ["objects", "refs"]) await mkdir(join(evil, name));
        await writeFile(join(evil, "HEAD"), "ref: refs/heads/main\n");
        await writeFile(join(evil, "commondir"), `${repo}/.git\n`);
      },
    ],
  ])("and is not had from elsewhere by %s that leads into a trusted repository", async (_name, plant) => {
    git("worktree", "add", "-q", "../linked");
    await mkdir(join(top, "evil"));
    await grant();
    await plant(join(top, "evil"));
    const evil = factsOf(join(top, "evil"));
    expect(evil.hash).toBe(factsOf().hash);
    expect(evil.folders.commonDir).toBe(join(repo, ".git"));
    expect(evil.subjects).not.toContain(join(repo, ".git"));
    expect(await isTrusted(evil.folders)).toBe(false);
    await grant(evil);
    expect([await isTrusted(), await isTrusted(evil.folders)]).toEqual([true, true]);
  });

  test("for a bare repository, and for a worktree of it", async () => {
    gitIn(top, "clone", "-q", "--bare", repo, "bare.git");
    const bare = join(top, "bare.git");
    gitIn(bare, "worktree", "add", "-q", join(top, "tree"));
    expect(factsOf(bare)).toMatchObject({ subjects: [bare], folders: { workTree: undefined } });
    await grant(factsOf(bare));
    expect(await isTrusted(factsOf(bare).folders)).toBe(true);
    expect(await isTrusted(factsOf(join(top, "tree")).folders)).toBe(true);
    await write("bare.git/hooks/update", SCRIPT, 0o755);
    expect(await isTrusted(factsOf(bare).folders)).toBe(false);
  });

  test("for a submodule by itself", async () => {
    git("-c", "protocol.file.allow=always", "submodule", "add", "-q", repo, "sub");
    const sub = factsOf(join(repo, "sub"));
    expect(sub.subjects).toEqual([join(repo, ".git/modules/sub")]);
    await grant(sub);
    expect([await isTrusted(sub.folders), await isTrusted()]).toEqual([true, false]);
  });

  test("for git's folder and the work tree together where the folder lies apart", async () => {
    gitIn(top, "init", "-q", "--separate-git-dir", join(top, "apart"), "work");
    expect(factsOf(join(top, "work")).subjects).toEqual([`${top}/work // ${top}/apart`]);
    await grant(factsOf(join(top, "work")));
    expect(await isTrusted(factsOf(join(top, "work")).folders)).toBe(true);
  });

  test("for the work tree when git's own folder is named", () => {
    expect(factsOf(join(repo, ".git"))).toEqual(factsOf());
  });
});

test("what the person's own settings take from a work tree is covered, and they themselves are not", async () => {
  await write(
    "person",
    "[core]\n\thooksPath = .hooks\n\tsshCommand = tools/ssh.sh\n\tpager = ~/pager\n[a] \\",
  );
  await write("repo/.hooks/pre-commit", SCRIPT, 0o755);
  expect(factsOf().hooks).toEqual([{ file: join(repo, ".hooks/pre-commit"), text: SCRIPT }]);
  for (const path of ["repo/.hooks/pre-commit", "repo/tools/ssh.sh"]) {
    await grant();
    expect(await isTrusted()).toBe(true);
    await write(path, "evil", 0o755);
    expect(await isTrusted()).toBe(false);
  }
  await grant();
  await appendFile(join(top, "person"), "\n[user]\n\tname = x\n");
  expect(await isTrusted()).toBe(true);
});

test("the names of what is skipped are short, escaped and bounded", async () => {
  git("config", "filter.e\u001bvil.clean", "x");
  git("config", "commit.gpgSign", "true");
  git("config", "credential.https://x.helper", "x");
  git("config", "hook.lint.command", "x");
  git("config", "core.fsmonitor", "x");
  git("config", `diff.${"x".repeat(200)}.textconv`, "x");
  await write("repo/.git/hooks/pre-commit", SCRIPT, 0o755);
  await write("repo/.git/hooks/readme.sh", SCRIPT, 0o755);
  await write("repo/.gitattributes", "# x filter=no\n*.bin filter=lfs diff=lfs merge=lfs -text\n");
  expect(trust.skipped(folders())).toEqual([
    "hook pre-commit",
    "core.fsmonitor",
    "filter e\\u{1b}vil",
    "signing",
    "credential helper",
    "hook lint",
    `diff ${"x".repeat(55)}…`,
    "filter lfs",
    "diff lfs",
    "merge lfs",
  ]);
  git("config", "core.hooksPath", ".husky/_");
  await write("repo/.husky/_/pre-push", SCRIPT, 0o755);
  await write("repo/.husky/commit-msg", "x");
  expect(trust.skipped(folders())[0]).toBe("hook commit-msg");
  git("config", "core.hooksPath", "/dev/null");
  expect(trust.skipped(folders())[0]).toBe("core.fsmonitor");
});
