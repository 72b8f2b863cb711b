import { chmod, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { servedGit, type Repository, type ServedGit } from "../support/repository.ts";
import { trusting } from "./trusting.ts";

const yes = { kind: "yes", lifetime: "once" } as const;

/** Every way known to run a program by switch, merge, rebase or pick. */
async function setTraps({ ground, repo }: ServedGit): Promise<string> {
  const ran = join(dirname(ground.root), "ran");
  const program = join(repo.root, ".git/trap");
  await writeFile(program, `#!/bin/sh\necho "$0 $*" >> ${ran}\ncat\n`);
  await chmod(program, 0o755);
  const checkout = ["post-checkout", "post-merge", "post-commit", "post-rewrite", "post-index-change"];
  const before = ["pre-merge-commit", "pre-commit", "pre-rebase", "commit-msg", "prepare-commit-msg"];
  const hooks = [...checkout, ...before, "reference-transaction", "applypatch-msg"];
  await mkdir(join(repo.root, ".git/hooks"), { recursive: true });
  for (const hook of hooks)
    await writeFile(join(repo.root, ".git/hooks", hook), `#!/bin/sh\necho ${hook} >> ${ran}\n`, {
      mode: 0o755,
    });
  const settings: Readonly<Record<string, string>> = {
    "core.fsmonitor": program,
    "core.editor": program,
    "sequence.editor": program,
    "core.pager": program,
    "diff.external": program,
    "merge.evil.driver": `${program} %A`,
    "merge.default": "evil",
    "merge.renormalize": "true",
    "filter.evil.smudge": program,
    "filter.evil.clean": program,
    "diff.evil.textconv": program,
    "commit.gpgsign": "true",
    "gpg.program": program,
    "merge.verifysignatures": "true",
    "gpg.ssh.defaultkeycommand": program,
    "alias.switch": `!${program}`,
    "pull.twohead": "x/evil",
    "rebase.instructionformat": "%s",
    "trailer.x.command": program,
    "merge.tool": "evil",
    "mergetool.evil.cmd": program,
    "branch.main.mergeoptions": "--strategy=x/evil",
    "rebase.autosquash": "true",
    "hook.evil.command": program,
    "hook.evil.event": "post-checkout",
  };
  for (const [key, value] of Object.entries(settings)) await repo.git("config", key, value);
  return ran;
}

async function hasRun(file: string): Promise<boolean> {
  return (await readdir(dirname(file))).includes("ran");
}

/** Diverged, with a conflict on `a`, a driver for everything and a program by the name of a strategy. */
async function hostile(): Promise<ServedGit & { ran: string }> {
  const suite = await servedGit({
    a: "1\n",
    b: "1\n",
    ".gitattributes": "* merge=evil diff=evil\n",
    "git-merge-x/evil": "#!/bin/sh\ntouch ../ran\n",
  });
  const { repo } = suite;
  await chmod(join(repo.root, "git-merge-x/evil"), 0o755);
  await repo.commit("executable");
  await repo.branch("dev", { a: "2\n", c: "2\n" });
  await repo.commit("dev two", { d: "2\n" });
  await repo.git("switch", "-q", "main");
  await repo.commit("ours", { a: "3\n", e: "3\n" });
  const ran = await setTraps(suite);
  return { ...suite, ran };
}

test("nothing of a hostile repository runs on switch, merge, rebase, pick, revert, continue and abort", async () => {
  await using suite = await hostile();
  const { repo, ran } = suite;
  const expectQuiet = async (step: string): Promise<void> => expect(await hasRun(ran), step).toBe(false);
  for (const input of [
    { ref: "dev" },
    { ref: "main" },
    { create: "new", ref: "dev~1" },
    { ref: "dev", detach: true },
  ]) {
    expect((await suite.call("git_switch", input)).error).toBeUndefined();
    await expectQuiet(JSON.stringify(input));
  }
  await suite.call("git_switch", { ref: "main" });
  for (const action of ["merge", "rebase", "cherry-pick"]) {
    const stopped = await suite.call("git_merge", {
      action,
      refs: [action === "cherry-pick" ? "dev~1" : "dev"],
    });
    expect(stopped.text).toContain("a: both modified");
    await expectQuiet(action);
    await repo.write({ a: "both\n" });
    expect((await suite.call("git_stage", { paths: ["a"] })).error).toBeUndefined();
    if (action === "merge") {
      expect((await suite.call("git_merge", { action: "abort" }, yes)).error).toBeUndefined();
      await expectQuiet("abort");
      continue;
    }
    expect((await suite.call("git_merge", { action: "continue" })).text).toContain("finished");
    await expectQuiet(`${action} continue`);
  }
  expect((await suite.call("git_merge", { action: "revert", refs: ["HEAD"] })).error).toBeUndefined();
  await expectQuiet("revert");
  await suite.call("git_switch", { create: "octopus", ref: "main~2" });
  expect((await suite.call("git_merge", { action: "merge", refs: ["dev~1", "new"] })).error).toBeUndefined();
  await expectQuiet("several");
  // the traps are good ones
  await repo.git("switch", "-q", "main");
  expect(await hasRun(ran)).toBe(true);
});

test.each([
  ["a command in its list", { "git-rebase-todo": "exec touch ../ran\n" }],
  ["a command in short", { "git-rebase-todo": "x touch ../ran\n" }],
  ["a strategy that is a file of the repository", { strategy: "x/evil" }],
  ["a signature", { gpg_sign_opt: "-S" }],
])(
  "a rebase that was prepared with %s does not go on",
  async (_, files: Readonly<Record<string, string>>) => {
    await using suite = await hostile();
    const { repo, ran } = suite;
    await suite.call("git_merge", { action: "rebase", refs: ["dev"] });
    await repo.write({ a: "both\n" });
    await suite.call("git_stage", { paths: ["a"] });
    for (const [name, text] of Object.entries(files))
      await writeFile(join(repo.root, ".git/rebase-merge", name), text);
    const { error, text } = await suite.call("git_merge", { action: "continue" });
    expect(error).toBe("denied");
    expect(text).toContain("does not go on from here");
    expect((await suite.call("git_merge", { action: "abort" }, yes)).text).toContain(
      "[rebase aborted: main is at ",
    );
    expect(await hasRun(ran)).toBe(false);
  },
);

test("a pick that was prepared with a strategy of its own does not go on", async () => {
  await using suite = await hostile();
  const { repo, ran } = suite;
  await suite.call("git_merge", { action: "cherry-pick", refs: ["dev~1", "dev"] });
  await repo.write({ a: "both\n" });
  await suite.call("git_stage", { paths: ["a"] });
  await writeFile(join(repo.root, ".git/sequencer/opts"), "[options]\n\tstrategy = x/evil\n");
  expect((await suite.call("git_merge", { action: "continue" })).error).toBe("denied");
  expect(await hasRun(ran)).toBe(false);
});

test("hooks run in a repository that the person trusted, and a merge that one refuses is taken back", async () => {
  await using suite = await servedGit({ a: "1\n", b: "1\n" });
  const { repo } = suite;
  await repo.branch("dev", { a: "2\n" });
  await repo.git("switch", "-q", "main");
  await repo.commit("ours", { b: "2\n" });
  await mkdir(join(repo.root, ".git/hooks"), { recursive: true });
  await writeFile(join(repo.root, ".git/hooks/pre-merge-commit"), "#!/bin/sh\necho not today >&2\nexit 1\n", {
    mode: 0o755,
  });
  await trusting(repo);
  const { error, text } = await suite.call("git_merge", { action: "merge", refs: ["dev"] });
  expect(error).toBe("external");
  expect(text).toContain("not today");
  expect(await repo.git("status", "--porcelain", "-b")).toBe("## main");
  expect(await suite.repo.git("rev-parse", "-q", "--verify", "MERGE_HEAD").catch(() => "none")).toBe("none");
  await rm(join(repo.root, ".git/hooks/pre-merge-commit"));
  await trusting(repo);
  const added = await suite.call("git_worktree", { repo: ".", action: "add", path: "wt", ref: "dev" });
  expect(added.text).toBe("[work tree wt on dev; 2 files]");
  expect(await repo.at("wt").git("status", "--porcelain", "-b")).toBe("## dev");
});

test("names that look like options stay names", async () => {
  await using suite = await servedGit({ a: "1\n" });
  const { repo } = suite;
  const odd = "--output=x";
  await writeFile(join(repo.root, ".git/refs/heads", odd), await repo.git("rev-parse", "HEAD"));
  for (const ref of [odd, "-d", "--exec=touch ran", "--help", "main --", "main\n--exec=x"]) {
    for (const action of ["merge", "rebase", "cherry-pick", "revert"])
      expect((await suite.call("git_merge", { action, refs: [ref] })).error, ref).toMatch(
        /invalid_input|not_found/u,
      );
    for (const more of [{}, { detach: true }, { create: "y" }])
      expect((await suite.call("git_switch", { ref, ...more })).error, ref).toMatch(
        /invalid_input|not_found/u,
      );
    expect((await suite.call("git_worktree", { action: "add", path: "wt", ref })).error).toMatch(
      /invalid_input|not_found/u,
    );
  }
  expect(await listing(repo)).toEqual([".git", "a"]);
});

test("a protected file that a rename on our side would carry a change into is asked about", async () => {
  await using suite = await servedGit({ plain: "1\n2\n3\n4\n5\n" });
  const { repo } = suite;
  await repo.branch("dev", { plain: "1\n2\n3\n4\nevil\n" });
  await repo.git("switch", "-q", "main");
  await repo.git("mv", "plain", ".mcp.json");
  await repo.commit("rename");
  for (const action of ["merge", "cherry-pick", "rebase"]) {
    const { asked } = await suite.call(
      "git_merge",
      { action, refs: ["dev"] },
      { kind: "no", how: "decline" },
    );
    expect(asked?.message, action).toContain(".mcp.json");
  }
  const plain = await suite.call("git_merge", { action: "merge", refs: ["dev"] });
  expect(plain.error).toBe("denied");
  expect(await repo.git("status", "--porcelain")).toBe("");
});

async function listing({ root }: Repository): Promise<string[]> {
  return (await readdir(root)).toSorted();
}
