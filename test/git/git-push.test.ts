import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { daemonRemote, httpRemote, processesNaming, silentServer, zombies } from "../support/git-servers.ts";
import { remoteGround, type RemoteGround } from "../support/remote-ground.ts";

const shortOf = (hash: string): string => hash.slice(0, 10);

async function script(path: string, text: string): Promise<void> {
  await mkdir(join(path, ".."), { recursive: true });
  await writeFile(path, `#!/bin/sh\n${text}\n`);
  await chmod(path, 0o755);
}

/** A commit on the server that this side does not have. */
async function otherWork(at: RemoteGround): Promise<string> {
  const folder = join(at.base, "elsewhere");
  await at.there.git("clone", "--quiet", at.there.root, folder);
  const other = at.there.at("../../elsewhere");
  const hash = await other.commit("theirs", { "theirs.txt": "x" });
  await other.git("push", "--quiet", "origin", "main");
  return hash;
}

describe("git_push", () => {
  test("sends the current branch, to its own name or its upstream, over http and git", async () => {
    await using at = await remoteGround();
    const { url } = await httpRemote(at.served, at.scope);
    await at.here.git("remote", "add", "origin", `${url}/there.git`);
    expect(await at.push()).toBe(`[pushed to origin (${url}/there.git): up to date, nothing to push]`);
    const first = await at.here.git("rev-parse", "HEAD");
    const second = await at.here.commit("second", { "a.txt": "two\n" });
    expect(await at.push()).toMatch(
      new RegExp(
        `^\\[pushed to origin \\(.*\\): main ${shortOf(second)}\\]\nupdated main ${first.slice(0, 7)}\\.\\.`,
        "u",
      ),
    );
    expect(await at.there.git("rev-parse", "main")).toBe(second);
    expect(await at.here.git("rev-parse", "origin/main")).toBe(second);

    const daemon = await daemonRemote(at.served, at.scope);
    await at.here.git("remote", "add", "up", `${daemon}/there.git`);
    const third = await at.here.branch("topic", { "b.txt": "b" });
    expect(await at.push({ remote: "up", setUpstream: true })).toContain("new topic\ntopic follows up/topic");
    expect(await at.here.git("rev-parse", "topic@{upstream}")).toBe(third);
    await at.here.git("config", "branch.topic.merge", "refs/heads/other");
    expect(await at.push({ remote: "up" })).toContain("new other");
    // what it follows elsewhere says nothing about this remote
    expect(await at.push({ remote: "origin" })).toContain("up to date");
  });

  test("sends what is named: another branch, a hash, a tag, with tags on the way", async () => {
    await using at = await remoteGround();
    const { url } = await httpRemote(at.served, at.scope);
    await at.here.git("remote", "add", "origin", `${url}/there.git`);
    const first = await at.here.git("rev-parse", "HEAD");
    await at.here.git("tag", "light");
    await at.here.git("tag", "-a", "-m", "one", "v1");
    await at.here.branch("topic", {});
    await at.here.git("tag", "-a", "-m", "two", "v2");
    expect(await at.push({ ref: "main", to: "release/1" })).toContain("new release/1");
    expect(await at.push({ ref: first.slice(0, 12), to: "old" })).toContain("new old");
    expect(await at.push({ ref: "topic~1", to: "before" })).toContain("new before");
    expect(await at.push({ ref: "v1" })).toContain("new tag v1");
    expect(await at.push({ ref: "v1", to: "from-tag" })).toContain("new from-tag");
    expect(await at.there.git("rev-parse", "from-tag")).toBe(first);
    expect(await at.push({ ref: "topic", tags: true })).toMatch(/new topic\nnew tag v2$/u);
    expect((await at.there.git("tag")).split("\n")).toEqual(["v1", "v2"]);
    expect(await at.fails("git_push", { ref: first })).toContain("Give to, the branch on the remote.");
    expect(await at.fails("git_push", { ref: "nothing" })).toMatch(/^not_found/u);
    for (const to of ["a:b", "-f", "refs/notes/x", "refs/remotes/x", "a..b", "a b", ":main", "x.lock"])
      expect(await at.fails("git_push", { to }), to).toMatch(/is no name for a branch/u);
    for (const ref of [":main", "+main:main", "--force", "--mirror", "refs/heads/main:x"])
      expect(await at.fails("git_push", { ref }), ref).toMatch(/^(?:invalid_input|not_found)/u);
  });

  test("does not lose what the remote has; with leave it replaces exactly what was seen", async () => {
    await using at = await remoteGround({ options: { allowForcePush: true } });
    const { url } = await httpRemote(at.served, at.scope);
    await at.here.git("remote", "add", "origin", `${url}/there.git`);
    const theirs = await otherWork(at);
    const ours = await at.here.commit("ours", { "a.txt": "ours" });
    const refused = await at.fails("git_push");
    expect(refused).toMatch(
      /^conflict: refs\/heads\/main on origin .* has commits that this push would lose/u,
    );
    expect(refused).toContain("git_fetch, then git_merge");
    expect(await at.fails("git_push", { force: true })).toContain(
      "it is not known here what main is on origin",
    );
    await at.fetch();
    await at.there.git("update-ref", "refs/heads/main", `${theirs}~1`);
    expect(await at.fails("git_push", { force: true })).toContain("is not what it was when it was fetched");
    await at.there.git("update-ref", "refs/heads/main", theirs);
    expect(await at.push({ force: true })).toMatch(/\nforced main [0-9a-f]+\.\.\.[0-9a-f]+$/u);
    expect(await at.there.git("rev-parse", "main")).toBe(ours);

    await using closed = await remoteGround();
    expect(await closed.fails("git_push", { force: true })).toMatch(/^denied: .*not allowed here/u);
  });

  test("shows what the remote says, and that its hooks said no", async () => {
    await using at = await remoteGround();
    const { url } = await httpRemote(at.served, at.scope);
    await at.here.git("remote", "add", "origin", `${url}/there.git`);
    await script(
      join(at.there.root, "hooks/post-receive"),
      "printf 'open a request:\\n\\n  https://x/1\\033[31m\\n'",
    );
    await at.here.commit("two", {});
    expect(await at.push()).toContain("the remote says:\n  open a request:\n  https://x/1");
    await script(join(at.there.root, "hooks/pre-receive"), "echo 'no numbers please'; exit 1");
    await at.here.commit("three", {});
    const text = await at.fails("git_push");
    expect(text).toMatch(/^external: refs\/heads\/main on origin .* was not taken: the remote declined it/u);
    expect(text).toContain("no numbers please");
    expect(text).toContain("pre-receive hook declined");
  });

  test("runs the pre-push hook only when the person trusted the repository, and says when it did not", async () => {
    await using at = await remoteGround();
    const { url } = await httpRemote(at.served, at.scope);
    await at.here.git("remote", "add", "origin", `${url}/there.git`);
    const canary = await at.canary("hook", "echo 'not on a friday' >&2; exit 1");
    await script(join(at.here.root, ".git/hooks/pre-push"), `exec '${canary}'`);
    await at.here.commit("two", {});
    expect(await at.push()).toContain("not run, since nobody trusted this repository: hook pre-push");
    expect(at.traces()).toBe(false);
    await at.here.commit("three", {});
    await at.trust(at.here);
    const text = await at.fails("git_push");
    expect(text).toMatch(/^external: the pre-push hook of this repository said no/u);
    expect(text).toContain("not on a friday");
    expect(at.traces()).toBe(true);
  });

  test("asks for a name where there is none", async () => {
    await using at = await remoteGround();
    const { url } = await httpRemote(at.served, at.scope);
    await at.here.git("remote", "add", "origin", `${url}/there.git`);
    await at.here.git("switch", "--quiet", "--detach");
    expect(await at.fails("git_push")).toMatch(/^invalid_input: HEAD is on no branch/u);
    expect(await at.push({ to: "from-head" })).toContain("new from-head");
    expect(await at.fails("git_push", { to: "x", setUpstream: true })).toContain("only a branch can follow");
    await at.here.git("switch", "--quiet", "--orphan", "empty");
    expect(await at.fails("git_push")).toMatch(/^conflict: empty has no commit yet/u);
    expect(await at.fails("git_push", { remote: "none" })).toMatch(/^not_found: .*no remote none/u);
  });

  test("needs the person's word for a server that wants to know who it is", async () => {
    await using at = await remoteGround();
    const { url } = await httpRemote(at.served, at.scope, { credentials: "ada:s3cret" });
    await at.here.git("remote", "add", "origin", `${url}/there.git`);
    await at.here.commit("two", {});
    expect(await at.fails("git_push")).toMatch(/^denied: .*wants to know who we are/u);
    const token = Buffer.from("ada:s3cret").toString("base64");
    await at.person(`[http "${url}/"]\n\textraHeader = Authorization: Basic ${token}\n`);
    expect(await at.push()).toContain("updated main");
  });

  test("ends with its time and leaves no process", async () => {
    await using at = await remoteGround({ options: { networkSeconds: 1 } });
    const { port } = await silentServer(at.scope);
    await at.here.git("remote", "add", "origin", `http://127.0.0.1:${port}/x.git`);
    expect(await at.fails("git_push")).toMatch(/^timeout: .* within 1 s/u);
    await expect.poll(() => processesNaming(`127.0.0.1:${port}`)).toEqual([]);
    // the system tells of an end a moment later
    await expect.poll(zombies).toEqual([]);
  });

  test("a push stays a push when what it follows cannot be written", async () => {
    await using at = await remoteGround();
    const { url } = await httpRemote(at.served, at.scope);
    await at.here.git("remote", "add", "origin", `${url}/there.git`);
    await at.here.branch("topic", {});
    await writeFile(join(at.here.root, ".git/config.lock"), "");
    expect(await at.push({ setUpstream: true })).toMatch(
      /new topic\npushed, but not set that topic follows origin\/topic: another git process/u,
    );
  });
});
