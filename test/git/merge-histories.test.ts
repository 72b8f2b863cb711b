import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import gitServer from "../../servers/git/server.ts";
import type { Place } from "../../shared/access.ts";
import { callable, type Called } from "../support/call-tool.ts";
import { makeHistory, randomHistory } from "../support/random-history.ts";
import { repository, type Repository } from "../support/repository.ts";
import { temporary, type Ground } from "../support/workspace.ts";

const runs = Number(process.env["RUNS"] ?? 12);

let ground: Ground;
let git: Called;
let replaced: Set<string>;

beforeAll(async () => {
  ground = await temporary();
  replaced = new Set();
  const permit = ({ relative }: Place, intent: string): void => {
    if (intent === "replace") replaced.add(relative);
  };
  git = await callable(gitServer, { roots: [ground.root], permit });
});
afterAll(async () => {
  await git[Symbol.asyncDispose]();
  await ground[Symbol.asyncDispose]();
});

/** Its own, since the person's home is not that of the server here. */
async function identify(repo: Repository): Promise<void> {
  await repo.git("config", "user.name", "Ada");
  await repo.git("config", "user.email", "ada@example.com");
}

/** What a person would add. */
function switchesFor(action: string, parents: string): string[] {
  const isPick = action === "cherry-pick" || action === "revert";
  const mainline = isPick && parents.includes(" ") ? ["-m", "1"] : [];
  return action === "merge" || action === "revert" ? ["--no-edit", ...mainline] : mainline;
}

/** The paths whose content, mode or being there differs, of everything in two work trees. */
async function differing(before: Map<string, string>, repo: Repository): Promise<string[]> {
  const after = await snapshot(repo);
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].filter((name) => before.get(name) !== after.get(name));
}

async function snapshot(repo: Repository): Promise<Map<string, string>> {
  // an index of its own, so that every file is hashed as it lies there
  const index = join(repo.root, ".git/snapshot");
  await rm(index, { force: true });
  await repo.git("-c", "core.autocrlf=false", "update-index", "-q", "--refresh").catch(() => undefined);
  const names = (await repo.bytes(["ls-files", "-z", "--cached", "--others"])).toString().split("\0");
  const found = new Map<string, string>();
  for (const name of new Set(names.filter(Boolean))) {
    const hash = await repo.git("hash-object", "--no-filters", "--", name).catch(() => "gone");
    if (hash !== "gone") found.set(name, hash);
  }
  return found;
}

/** The tree of HEAD and, when it stopped, what is staged and how files look. */
async function outcome(repo: Repository): Promise<unknown> {
  const files = await snapshot(repo);
  return {
    tree: await repo.git("rev-parse", "HEAD^{tree}"),
    commits: await repo.git("rev-list", "--count", "HEAD"),
    index: await repo.git("ls-files", "-s"),
    names: [...files.keys()].toSorted(),
  };
}

const ask = fc.record({
  action: fc.constantFrom("merge", "rebase", "cherry-pick", "revert"),
  ours: fc.nat(2),
  theirs: fc.nat(2),
});

describe("over random histories", () => {
  test("the result is git's own, nothing unforeseen changes, and abort brings all back", async () => {
    let made = 0;
    await fc.assert(
      fc.asyncProperty(randomHistory, ask, async (history, { action, ours, theirs }) => {
        const folder = `h${(made += 1)}`;
        const { repo, branches } = await makeHistory(ground, history, folder);
        const names = [...branches.keys()];
        const [from = "main", other = "main"] = [names[ours % names.length], names[theirs % names.length]];
        await identify(repo);
        await repo.git("switch", "-q", from);
        const ref = action === "revert" ? "HEAD" : other;
        await cp(repo.root, join(ground.root, `${folder}-git`), { recursive: true });
        const reference = repo.at(`../${folder}-git`);
        const whole = await repo.git("rev-parse", ref);
        const given = [...switchesFor(action, await repo.git("log", "-1", "--format=%P", whole)), whole];
        const expected = await reference
          .git("-c", "core.editor=true", action, ...given)
          .then(() => "done", String);
        const before = await snapshot(repo);
        const start = await outcome(repo);
        replaced.clear();
        const answer = await git.call("git_merge", { repo: folder, action, refs: [ref] });
        const text = answer.parts.map((part) => (part.type === "text" ? part.text : "")).join("");
        for (const path of await differing(before, repo))
          expect(replaced, text).toContain(`${folder}/${path}`);
        if (answer.error !== undefined || text.includes("nothing to do")) {
          expect(expected, text).not.toBe("done");
          expect(await outcome(repo)).toEqual(start);
          expect(await repo.git("status", "--porcelain")).toBe("");
          return;
        }
        expect(await outcome(repo), text).toEqual(await outcome(reference));
        expect(text.includes(" in conflict")).toBe(expected !== "done");
        if (expected === "done") return;
        const aborted = await git.call("git_merge", { repo: folder, action: "abort" });
        expect(aborted.error, JSON.stringify(aborted.parts)).toBeUndefined();
        expect(await outcome(repo)).toEqual(start);
        expect(await repo.git("status", "--porcelain")).toBe("");
        expect(await repo.git("symbolic-ref", "--short", "HEAD")).toBe(from);
      }),
      { numRuns: runs },
    );
  }, 600_000);

  test("a folder that one side moved and the other added to is foreseen where it comes to lie", async () => {
    const repo = await repository(ground, { folder: "moved" });
    await identify(repo);
    await repo.commit("first", { "old/a": "1\n2\n3\n", "old/b": "4\n5\n6\n" });
    await repo.branch("dev", { "old/new": "new\n" });
    await repo.git("switch", "-q", "main");
    await repo.git("mv", "old", "young");
    await repo.commit("move");
    for (const action of ["merge", "cherry-pick", "rebase"]) {
      replaced.clear();
      const before = await snapshot(repo);
      await git.call("git_merge", { repo: "moved", action, refs: ["dev"] });
      for (const path of await differing(before, repo)) expect(replaced).toContain(`moved/${path}`);
      await git.call("git_merge", { repo: "moved", action: "abort" });
      await repo.git("reset", "-q", "--hard", "main@{1}").catch(() => undefined);
    }
  });
});
