import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { ToolError } from "../../shared/errors.ts";
import { freshCall } from "../support/calls.ts";
import { daemonRemote, httpRemote, processesNaming, silentServer, zombies } from "../support/git-servers.ts";
import { remoteGround, type RemoteGround } from "../support/remote-ground.ts";
import type { Repository } from "../support/repository.ts";

const shortOf = (hash: string): string => hash.slice(0, 10);

/** Somebody else's work on the server. */
async function elsewhere(at: RemoteGround): Promise<Repository> {
  await at.there.git("clone", "--quiet", at.there.root, join(at.base, "elsewhere"));
  return at.there.at("../../elsewhere");
}

describe("git_fetch", () => {
  test("says what came, by name and hash, over http", async () => {
    await using at = await remoteGround();
    const { url } = await httpRemote(at.served, at.scope);
    await at.here.git("remote", "add", "origin", `${url}/there.git`);
    const first = await at.here.git("rev-parse", "HEAD");
    expect(await at.fetch()).toBe(
      `[fetched origin (${url}/there.git): 1 new]\nnew origin/main ${shortOf(first)}`,
    );
    expect(await at.fetch()).toBe(`[fetched origin (${url}/there.git): nothing new]`);

    const other = await elsewhere(at);
    await other.commit("two", { "b.txt": "b" });
    const third = await other.commit("three", { "b.txt": "c" });
    await other.branch("side", { "c.txt": "c" });
    await other.git("tag", "v1");
    await other.git("push", "--quiet", "origin", "main", "side", "v1");
    const side = await other.git("rev-parse", "side");
    expect(await at.fetch()).toBe(
      [
        `[fetched origin (${url}/there.git): 1 updated, 1 new]`,
        `updated origin/main ${shortOf(first)}..${shortOf(third)} +2 commits`,
        `new origin/side ${shortOf(side)}`,
      ].join("\n"),
    );
    expect(await at.fetch({ tags: true })).toContain(`new tag v1 ${shortOf(side)}`);
    // the branch here stays where it was
    expect(await at.here.git("rev-parse", "HEAD")).toBe(first);
    expect(await at.here.git("status", "--porcelain")).toBe("");
  });

  test("names what was rewritten and, with prune, what is gone", async () => {
    await using at = await remoteGround();
    const url = await daemonRemote(at.served, at.scope);
    await at.here.git("remote", "add", "up", `${url}/there.git`);
    const other = await elsewhere(at);
    await other.commit("two", { "b.txt": "b" });
    await other.branch("side", {});
    await other.git("push", "--quiet", "origin", "main", "side");
    await at.fetch({ remote: "up" });
    const old = await other.git("rev-parse", "main");
    await other.git("switch", "--quiet", "main");
    await other.git("reset", "--quiet", "--hard", "HEAD~1");
    const rewritten = await other.commit("two again", { "b.txt": "x" });
    await other.git("push", "--quiet", "--force", "origin", "main");
    await other.git("push", "--quiet", "origin", ":side");
    expect(await at.fetch({ remote: "up" })).toContain(
      `: 1 forced]\nforced up/main ${shortOf(old)}..${shortOf(rewritten)} +1 -1 commits`,
    );
    expect(await at.here.git("rev-parse", "up/side")).not.toBe("");
    expect(await at.fetch({ remote: "up", prune: true })).toMatch(
      /: 1 deleted\]\ndeleted up\/side [0-9a-f]{10}$/u,
    );
  });

  test("brings only the branches that are named", async () => {
    await using at = await remoteGround();
    const { url } = await httpRemote(at.served, at.scope);
    await at.here.git("remote", "add", "origin", `${url}/there.git`);
    const other = await elsewhere(at);
    await other.branch("one/deep", {});
    await other.branch("two", {});
    await other.git("push", "--quiet", "origin", "one/deep", "two");
    expect(await at.fetch({ refs: ["one/deep"] })).toMatch(/: 1 new\]\nnew origin\/one\/deep [0-9a-f]{10}$/u);
    expect(await at.fails("git_fetch", { refs: ["three"] })).toContain("the remote has no such branch");
    for (const ref of [
      "refs/heads/two:refs/heads/main",
      "-f",
      "two:main",
      "--upload-pack=x",
      "*",
      "refs/tags/v",
    ])
      expect(await at.fails("git_fetch", { refs: [ref] })).toMatch(/is not a branch of the remote/u);
  });

  test("tells about a tag that is another one here, and brings the rest", async () => {
    await using at = await remoteGround();
    const { url } = await httpRemote(at.served, at.scope);
    await at.here.git("remote", "add", "origin", `${url}/there.git`);
    const tagged = await at.here.commit("own", {});
    await at.here.git("tag", "v1");
    await at.there.git("tag", "v1", "main");
    const text = await at.fetch({ tags: true });
    expect(text).toContain("new origin/main");
    expect(text).toContain("not updated: v1, a tag of that name here is another one");
    expect(await at.here.git("rev-parse", "v1")).toBe(tagged);
  });

  test("does the same in repositories of SHA-256, shallow, partial and bare ones, and in linked work trees", async () => {
    await using sha256 = await remoteGround({ format: "sha256" });
    const one = await httpRemote(sha256.served, sha256.scope);
    await sha256.here.git("remote", "add", "origin", `${one.url}/there.git`);
    expect(await sha256.fetch()).toContain("new origin/main");

    await using at = await remoteGround({ local: false });
    await at.there.git("config", "uploadpack.allowFilter", "true");
    const other = await elsewhere(at);
    await other.commit("two", { "b.txt": "b" });
    await other.git("push", "--quiet", "origin", "main");
    const { url } = await httpRemote(at.served, at.scope);
    const remote = `${url}/there.git`;
    await at.here.git("clone", "--quiet", "--depth=1", remote, "../shallow");
    await at.here.git("clone", "--quiet", "--filter=blob:none", "--no-checkout", remote, "../partial");
    await at.here.git("clone", "--quiet", "--bare", remote, "../bare.git");
    await at.here.git("remote", "add", "origin", remote);
    await at.here.git("worktree", "add", "--quiet", "../linked");
    await other.commit("three", { "b.txt": "c" });
    const newest = await other.commit("four", { "b.txt": "d" });
    await other.git("push", "--quiet", "origin", "main");
    expect(await at.fetch({ repo: "shallow" })).toContain(`..${shortOf(newest)} +2 commits`);
    expect(await at.here.at("../shallow").git("rev-list", "--count", "origin/main")).toBe("3");
    expect(await at.fetch({ repo: "partial" })).toContain(`..${shortOf(newest)} +2 commits`);
    expect(
      await at.here.at("../partial").git("rev-list", "--objects", "--missing=print", "origin/main"),
    ).toMatch(/^\?/mu);
    expect(await at.fetch({ repo: "bare.git" })).toContain("new origin/main");
    expect(await at.here.at("../bare.git").git("rev-parse", "main")).not.toBe(newest);
    expect(await at.fetch({ repo: "linked" })).toContain("new origin/main");
    expect(await at.here.git("rev-parse", "origin/main")).toBe(newest);
  });

  test("keeps to the person's credentials, and shows no password", async () => {
    await using at = await remoteGround();
    const { url } = await httpRemote(at.served, at.scope, { credentials: "ada:s3cret" });
    await at.here.git("remote", "add", "origin", `${url}/there.git`);
    const refused = await at.fails("git_fetch");
    expect(refused).toMatch(/^denied: origin \(http.*\): the remote wants to know who we are/u);
    await at.person(`[credential]\n\thelper = store\n`);
    const store = join(at.base, "state/home/.git-credentials");
    await writeFile(store, `${url.replace("//", "//ada:s3cret@")}\n`, { mode: 0o600 });
    expect(await at.fetch()).toContain("new origin/main");

    await at.person("");
    await at.here.git("remote", "set-url", "origin", `${url.replace("//", "//ada:s3cret@")}/there.git`);
    const shown = await at.fetch();
    expect(shown).toContain("***@127.0.0.1");
    expect(shown).not.toContain("s3cret");
    await at.here.git("remote", "set-url", "origin", `${url.replace("//", "//ada:wr0ng@")}/there.git`);
    const wrong = await at.fails("git_fetch");
    expect(wrong).toMatch(/wants to know who we are/u);
    expect(wrong).not.toContain("wr0ng");
  });

  test("takes the person's other names for addresses, headers and ssh", async () => {
    await using at = await remoteGround();
    const { url, requests } = await httpRemote(at.served, at.scope);
    await at.here.git("remote", "add", "origin", "short:there.git");
    await at.person(`[url "${url}/"]\n\tinsteadOf = short:\n`);
    expect(await at.fetch()).toContain(`[fetched origin (${url}/there.git): 1 new]`);
    expect(requests.length).toBeGreaterThan(0);

    const log = join(at.base, "ssh.log");
    const ssh = await at.canary(
      "my-ssh",
      `echo "$@" >> '${log}'; case $1 in -G) exit 0;; esac; shift $(($# - 1)); eval "$1"`,
    );
    await at.person(`[core]\n\tsshCommand = ${ssh}\n[ssh]\n\tvariant = ssh\n`);
    await at.here.git("remote", "add", "by-ssh", `ada@example.com:${at.there.root}`);
    expect(await at.fetch({ remote: "by-ssh" })).toContain("new by-ssh/main");
    expect(await readFile(log, "utf8")).toContain("ada@example.com git-upload-pack");
  });

  test("goes through the person's proxy, and by their ssh without a question", async () => {
    await using at = await remoteGround();
    const { url } = await httpRemote(at.served, at.scope);
    await at.here.git("remote", "add", "origin", `${url}/there.git`);
    await at.person(`[http "${url}"]\n\tproxy = http://127.0.0.1:1\n`);
    expect(await at.fails("git_fetch")).toContain("cannot be reached");
    await at.person("");
    expect(await at.fetch()).toContain("new origin/main");
    expect(await at.here.git("log", "-g", "--format=%gs", "origin/main")).toBe("fetch origin: storing head");

    const log = join(at.base, "ssh.log");
    await at.canary(
      "ssh",
      `echo "$@" > '${log}'; echo "ada@example.com: Permission denied (publickey)." >&2; exit 255`,
    );
    await at.here.git("remote", "add", "by-ssh", "ada@example.com:there.git");
    const path = process.env["PATH"];
    process.env["PATH"] = `${at.base}:${path}`;
    try {
      expect(await at.fails("git_fetch", { remote: "by-ssh" })).toContain("wants to know who we are");
      expect(await readFile(log, "utf8")).toMatch(/^-oBatchMode=yes -oConnectTimeout=20 .*ada@example.com/u);
      const own = await at.canary("own-ssh", `echo own > '${log}'; exit 1`);
      await at.here.git("config", "core.sshCommand", own);
      await at.fails("git_fetch", { remote: "by-ssh" });
      expect(await readFile(log, "utf8")).not.toBe("own\n");
      await at.trust(at.here);
      await at.fails("git_fetch", { remote: "by-ssh" });
      expect(await readFile(log, "utf8")).toBe("own\n");
    } finally {
      process.env["PATH"] = path;
    }
  });

  test("says every two seconds that it still waits", async () => {
    await using at = await remoteGround();
    const { port } = await silentServer(at.scope);
    await at.here.git("remote", "add", "origin", `git://127.0.0.1:${port}/x.git`);
    const endpoint = at.called.endpoints.find(({ tool }) => tool.name === "git_fetch");
    const controller = new AbortController();
    const report = vi.fn(() => controller.abort(new ToolError("cancelled", "enough")));
    const { signal } = controller;
    const call = freshCall({ signal, report, access: { signal, permit: () => {} } });
    await endpoint?.call({ repo: "here" }, call).catch(() => undefined);
    expect(report).toHaveBeenCalledExactlyOnceWith({ done: 2, message: "fetch origin, 2 s" });
  });

  test("says what is wrong and what to do next", async () => {
    await using at = await remoteGround();
    expect(await at.fails("git_fetch")).toMatch(
      /^not_found: the repository has no remote origin\n.*git remote add/su,
    );
    const { url } = await httpRemote(at.served, at.scope);
    await at.here.git("remote", "add", "upstream", `${url}/none.git`);
    expect(await at.fails("git_fetch")).toContain("Its remotes: upstream");
    expect(await at.fails("git_fetch", { remote: "upstrem" })).toContain("Did you mean upstream?");
    expect(await at.fails("git_fetch", { remote: "upstream" })).toContain("has no such repository");
    await at.here.git("remote", "add", "closed", "http://127.0.0.1:1/x");
    expect(await at.fails("git_fetch", { remote: "closed" })).toContain("cannot be reached");
    await at.here.git("remote", "add", "nowhere", "https://no-such-host.invalid/x");
    expect(await at.fails("git_fetch", { remote: "nowhere" })).toMatch(/no such host/u);
    for (const remote of ["-x", "--upload-pack=x", "https://example.com/x", "a b", "a\nb", "../x"])
      expect(await at.fails("git_fetch", { remote })).toMatch(/^not_found/u);
  });

  test("ends with its time, or when the call is cancelled, and leaves no process", async () => {
    await using at = await remoteGround({ options: { networkSeconds: 1 } });
    const { port } = await silentServer(at.scope);
    for (const scheme of ["http", "git"]) {
      await at.here.git("remote", "add", scheme, `${scheme}://127.0.0.1:${port}/x.git`);
      const text = await at.fails("git_fetch", { remote: scheme });
      expect(text).toMatch(/^timeout: .* did not answer to the end within 1 s/u);
    }
    await expect.poll(() => processesNaming(`127.0.0.1:${port}`)).toEqual([]);
    // the system tells of an end a moment later
    await expect.poll(zombies).toEqual([]);

    await using slow = await remoteGround();
    const silent = await silentServer(slow.scope);
    await slow.here.git("remote", "add", "origin", `http://127.0.0.1:${silent.port}/x.git`);
    const controller = new AbortController();
    const call = slow.called.call("git_fetch", { repo: "here" }, controller.signal);
    await silent.connected;
    expect(await processesNaming(`127.0.0.1:${silent.port}`)).not.toEqual([]);
    controller.abort();
    await call.catch(() => undefined);
    await expect.poll(() => processesNaming(`127.0.0.1:${silent.port}`)).toEqual([]);
    // the system tells of an end a moment later
    await expect.poll(zombies).toEqual([]);
    expect(await slow.here.git("status", "--porcelain")).toBe("");
  });
});
