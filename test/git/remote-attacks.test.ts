import { existsSync } from "node:fs";
import { chmod, mkdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { httpRemote } from "../support/git-servers.ts";
import { remoteGround, type RemoteGround } from "../support/remote-ground.ts";
import { SECRET } from "../support/workspace.ts";

/** Every hook that git could run on either side of a fetch or a push. */
const HOOKS = [
  "pre-push",
  "reference-transaction",
  "post-checkout",
  "post-merge",
  "post-index-change",
  "pre-receive",
  "update",
  "post-receive",
  "post-update",
  "proc-receive",
  "push-to-checkout",
  "pre-auto-gc",
  "sendemail-validate",
];

async function plantHooks(gitDir: string, program: string): Promise<void> {
  await mkdir(join(gitDir, "hooks"), { recursive: true });
  for (const name of HOOKS) {
    await writeFile(join(gitDir, "hooks", name), `#!/bin/sh\nexec '${program}'\n`);
    await chmod(join(gitDir, "hooks", name), 0o755);
  }
}

/** Settings that make git run something, for a repository and for what it talks to. */
const settings = (run: string): string => `
[core]
	sshCommand = ${run}
	gitProxy = ${run}
	fsmonitor = ${run}
	askPass = ${run}
	alternateRefsCommand = ${run}
	hooksPath = hooks
	pager = ${run}
	editor = ${run}
[credential]
	helper = "!${run}"
[credential "http://127.0.0.1"]
	helper = "!${run}"
[protocol]
	allow = always
[protocol "ext"]
	allow = always
[uploadpack]
	packObjectsHook = ${run}
[gc]
	auto = 1
	recentObjectsHook = ${run}
[receive]
	procReceiveRefs = refs
	autogc = true
[gpg]
	program = ${run}
[push]
	gpgSign = true
	recurseSubmodules = on-demand
[fetch]
	recurseSubmodules = true
[submodule]
	recurse = true
[submodule "x"]
	url = "ext::${run}"
	path = x
	active = true
	update = "!${run}"
[alias]
	fetch = "!${run}"
	receive-pack = "!${run}"
[trace2]
	eventTarget = /dev/null
`;

async function append(path: string, text: string): Promise<void> {
  await writeFile(path, `${await readFile(path, "utf8")}${text}`);
}

/** The repository here is as hostile as one can be, with this remote. */
async function hostile(at: RemoteGround, remote: string): Promise<string> {
  const run = await at.canary("run");
  await append(join(at.here.root, ".git/config"), settings(run));
  await append(join(at.here.root, ".git/config"), `[remote "origin"]\n${remote}\n`);
  await plantHooks(join(at.here.root, ".git"), run);
  return run;
}

describe("a hostile repository", () => {
  test.each([
    ["ext::", (run: string) => `url = "ext::${run}"`],
    ["ext:: as a push address", (run: string) => `url = https://127.0.0.1:1/x\n\tpushurl = "ext::${run}"`],
    ["fd::", () => "url = fd::0"],
    ["another helper", () => "url = persistent-https::127.0.0.1/x"],
    ["a helper by its scheme", () => "url = ext://127.0.0.1/x"],
    ["an option as an address", (run: string) => `url = "--upload-pack=${run}"`],
    ["an option as a host", (run: string) => `url = "ssh://-oProxyCommand=${run}/x"`],
    ["an option as a host, spelled", (run: string) => `url = "ssh://%2doProxyCommand=${run}/x"`],
    ["an option as an scp host", (run: string) => `url = "-oProxyCommand=${run}:x"`],
    ["its own ssh", () => "url = ssh://127.0.0.1:1/x"],
    ["its own proxy of git", () => "url = git://127.0.0.1:1/x"],
    ["its own vcs", (run: string) => `url = https://127.0.0.1:1/x\n\tvcs = ext\n\tproxy = ${run}`],
    [
      "its own programs there",
      (run: string) => `url = ../there\n\tuploadpack = ${run}\n\treceivepack = ${run}`,
    ],
    [
      "two addresses",
      (run: string) =>
        `url = https://127.0.0.1:1/x\n\tpushurl = https://127.0.0.1:1/x\n\tpushurl = "ext::${run}"`,
    ],
    ["a line feed in an address", (run: string) => `url = "https://127.0.0.1:1/x\\next::${run}"`],
  ])("runs nothing by %s", async (_, remote) => {
    await using at = await remoteGround({ options: { networkSeconds: 10 } });
    await hostile(at, remote(join(at.base, "run")));
    for (const name of ["git_fetch", "git_push"] as const)
      expect(await at.fails(name, name === "git_push" ? { to: "x" } : {})).toMatch(/^[a-z_]+: /u);
    expect(at.traces()).toBe(false);
  });

  test.each([
    ["an address", (run: string) => `url = "ext::${run}"`],
    ["its own ssh", () => "url = ssh://127.0.0.1:1/x"],
    ["its own proxy of git", () => "url = git://127.0.0.1:1/x"],
    ["its own vcs", (run: string) => `url = "${run}"\n\tvcs = ext`],
    ["its own programs there", (run: string) => `url = ../there\n\tuploadpack = ${run}`],
  ])("is no harmless ground: git by itself runs something by %s", async (_, remote) => {
    await using at = await remoteGround();
    await hostile(at, remote(join(at.base, "run")));
    await at.here.git("fetch", "origin").catch(() => undefined);
    expect(at.traces()).toBe(true);
  });

  test("has no remotes in files of other kinds", async () => {
    await using at = await remoteGround();
    const run = await at.canary("run");
    for (const kind of ["remotes", "branches"]) {
      await mkdir(join(at.here.root, ".git", kind), { recursive: true });
      const line = kind === "remotes" ? `URL: ext::${run}\n` : `ext::${run}\n`;
      await writeFile(join(at.here.root, ".git", kind, kind), line);
      expect(await at.fails("git_fetch", { remote: kind })).toMatch(/^not_found/u);
      await at.here.git("config", `remote.${kind}.prune`, "true");
      expect(await at.fails("git_push", { remote: kind })).toMatch(/^not_found/u);
    }
    expect(at.traces()).toBe(false);
  });

  test("cannot rewrite addresses, send through its proxy, or use its own credentials and hooks", async () => {
    await using at = await remoteGround();
    const { url, requests } = await httpRemote(at.served, at.scope, { credentials: "ada:s3cret" });
    const run = await hostile(at, `url = ${url}/there.git`);
    await append(
      join(at.here.root, ".git/config"),
      [
        `[url "ext::${run} "]\n\tinsteadOf = http\n\tpushInsteadOf = http`,
        `[http]\n\tproxy = http://127.0.0.1:1\n\textraHeader = x: y\n\tcookieFile = /etc/passwd`,
        `[include]\n\tpath = ../more\n`,
      ].join("\n"),
    );
    await writeFile(join(at.here.root, "more"), `[url "ext::${run} "]\n\tinsteadOf = http\n`);
    expect(await at.fails("git_fetch")).toContain("wants to know who we are");
    expect(await at.fails("git_push")).toContain("wants to know who we are");
    expect(requests.length).toBeGreaterThan(0);
    await at.person(`[credential]\n\thelper = "!f() { echo username=ada; echo password=s3cret; }; f"\n`);
    expect(await at.fetch({ tags: true, prune: true })).toContain("new origin/main");
    await at.here.git(
      "-c",
      "core.hooksPath=/dev/null",
      "-c",
      "core.fsmonitor=false",
      "update-ref",
      "refs/heads/x",
      "HEAD",
    );
    expect(await at.push({ ref: "x", tags: true, setUpstream: true })).toContain("new x\nx follows origin/x");
    expect(at.traces()).toBe(false);
  });

  test("writes no branch, no HEAD and no other remote by its mapping of names", async () => {
    await using at = await remoteGround();
    const { url } = await httpRemote(at.served, at.scope);
    await at.there.git("branch", "extra", "main");
    const main = await at.here.commit("ours", { "a.txt": "ours" });
    await append(
      join(at.here.root, ".git/config"),
      [
        `[remote "origin"]`,
        `url = ${url}/there.git`,
        "fetch = +refs/heads/*:refs/heads/*",
        "fetch = +refs/heads/main:HEAD",
        "fetch = +refs/heads/*:refs/remotes/../heads/*",
        "fetch = +refs/heads/*:refs/remotes/origin/*:x",
        "fetch = --upload-pack=x",
        "tagOpt = --upload-pack=x",
        "mirror = true",
        "push = +refs/heads/*:refs/heads/*\n",
      ].join("\n\t"),
    );
    const text = await at.fetch({ prune: true });
    expect(text).toContain(": 2 new]\nnew origin/extra");
    expect(text).toContain("not used, would write elsewhere: +refs/heads/*:refs/heads/*");
    await at.fetch({ refs: ["main"] });
    expect(await at.here.git("for-each-ref", "--format=%(refname)")).toBe(
      "refs/heads/main\nrefs/remotes/origin/extra\nrefs/remotes/origin/main",
    );
    expect(await at.push({ to: "ours" })).toContain("new ours");
    expect(await at.here.git("rev-parse", "HEAD", "refs/remotes/origin/ours")).toBe(`${main}\n${main}`);
    expect(await at.there.git("for-each-ref", "--format=%(refname)")).toBe(
      "refs/heads/extra\nrefs/heads/main\nrefs/heads/ours",
    );
  });

  test("does not get another file written through FETCH_HEAD or its configuration", async () => {
    await using at = await remoteGround();
    const { url } = await httpRemote(at.served, at.scope);
    await at.here.git("remote", "add", "origin", `${url}/there.git`);
    await at.here.branch("topic", {});
    await symlink("../precious", join(at.here.root, ".git/FETCH_HEAD"));
    await writeFile(join(at.here.root, "precious"), "mine");
    expect(await at.fails("git_fetch")).toContain("FETCH_HEAD is a link");
    expect(await readFile(join(at.here.root, "precious"), "utf8")).toBe("mine");
    await rm(join(at.here.root, ".git/FETCH_HEAD"));
    await rename(join(at.here.root, ".git/config"), join(at.here.root, "conf"));
    await symlink("../conf", join(at.here.root, ".git/config"));
    expect(await at.fails("git_push", { setUpstream: true })).toContain("config is a link");
    expect(await readFile(join(at.here.root, "conf"), "utf8")).not.toContain("topic");
  });

  test("is told when the server sends it elsewhere by another protocol", async () => {
    await using at = await remoteGround({ options: { networkSeconds: 10 } });
    for (const redirect of ["ftp://127.0.0.1:1", "file:///etc", "ext::sh"]) {
      const { url } = await httpRemote(at.served, at.scope, { redirect });
      await at.here.git("config", "remote.origin.url", `${url}/there.git`);
      expect(await at.fails("git_fetch")).toMatch(/^(?:external|unavailable|not_found): origin/u);
    }
  });
});

describe("a remote on this machine", () => {
  test("is fetched from and pushed to inside the roots, by path, address and work tree", async () => {
    await using at = await remoteGround({ local: true });
    const paths = ["../there.git", "../there", at.there.root, `file://${at.there.root}`];
    for (const [index, path] of paths.entries()) {
      await at.here.git("remote", "add", `r${index}`, path);
      expect(await at.fetch({ remote: `r${index}` })).toContain(
        `[fetched r${index} (there.git): ${index + 1} new]`,
      );
      expect(await at.push({ remote: `r${index}`, to: `to-${index}` })).toContain(`new to-${index}`);
      expect(await at.here.git("rev-parse", `r${index}/to-${index}`)).toBe(
        await at.here.git("rev-parse", "HEAD"),
      );
    }
    await at.here.git("worktree", "add", "--quiet", "../linked");
    await at.here.git("remote", "add", "tree", "../linked");
    await at.here.git("remote", "add", "self", ".");
    expect(await at.fetch({ remote: "tree" })).toContain("new tree/linked");
    expect(await at.fetch({ remote: "self" })).toContain("new self/main");
    for (const remote of ["tree", "self"]) {
      expect(await at.fails("git_push", { remote, ref: "linked", to: "main" })).toContain(
        "main is checked out",
      );
      expect(await at.fails("git_push", { remote, to: "linked" })).toContain("linked is checked out");
    }
    expect(await at.push({ remote: "self", to: "copy" })).toContain("new copy");
  });

  test("is one for SHA-256 and for partial and shallow repositories too", async () => {
    await using sha256 = await remoteGround({ local: true, format: "sha256" });
    await sha256.here.git("remote", "add", "origin", "../there.git");
    expect(await sha256.fetch()).toContain("new origin/main");
    await sha256.here.commit("two", {});
    expect(await sha256.push()).toContain("updated main");

    await using at = await remoteGround({ local: true });
    await at.there.git("config", "uploadpack.allowFilter", "true");
    const url = `file://${at.there.root}`;
    await at.here.git("clone", "--quiet", "--filter=blob:none", "--no-checkout", url, "../partial");
    await at.here.git("clone", "--quiet", "--depth=1", url, "../shallow");
    await at.here.commit("two", { "a.txt": "two" });
    await at.here.git("push", "--quiet", at.there.root, "main");
    for (const repo of ["partial", "shallow"]) {
      expect(await at.fetch({ repo })).toMatch(/: 1 updated\]\nupdated origin\/main .* \+1 commit$/u);
      expect(await at.push({ repo, to: repo })).toContain(`new ${repo}`);
    }
    const missing = ["rev-list", "--objects", "--missing=print", "origin/main"];
    expect(await at.here.at("../partial").git(...missing)).toMatch(/^\?/mu);
  });

  test("stays closed outside the roots, and where there is none", async () => {
    await using at = await remoteGround();
    await at.here.git("init", "--quiet", "--bare", "../plain");
    await symlink(at.there.root, join(at.here.root, "../link"));
    await mkdir(join(at.here.root, "sub"));
    const outside = [at.there.root, `file://${at.there.root}`, "../../served/there.git", "../link", "/etc"];
    for (const path of outside) {
      await at.here.git("config", "remote.origin.url", path);
      for (const name of ["git_fetch", "git_push"] as const)
        expect(await at.fails(name), path).toMatch(/^denied: the remote is a place outside the roots/u);
    }
    for (const path of ["../nothing", "sub", "a.txt", "~/x"]) {
      await at.here.git("config", "remote.origin.url", path);
      expect(await at.fails("git_fetch"), path).toMatch(/^not_found: there is no repository/u);
    }
  });

  test("runs none of its hooks and settings, which the answer says", async () => {
    await using at = await remoteGround({ local: true });
    const run = await at.canary("run");
    await append(join(at.there.root, "config"), settings(run));
    await plantHooks(at.there.root, run);
    await at.here.git("remote", "add", "origin", "../there.git");
    await at.here.commit("two", {});
    await at.here.git("tag", "-a", "-m", "v", "v1");
    expect(await at.fetch({ tags: true, prune: true })).toContain("new origin/main");
    expect(await at.push({ tags: true })).toMatch(
      /updated main .*\nnew tag v1\nnot run, since nobody trusted the one there: .*hook pre-receive/u,
    );
    expect(at.traces()).toBe(false);
    // git by itself would have
    await at.here.git("push", "origin", "HEAD:refs/heads/x").catch(() => undefined);
    expect(at.traces()).toBe(true);
  });

  test("borrows objects only from inside the roots, and asks nobody about those it borrows", async () => {
    await using at = await remoteGround({ local: true });
    const run = await at.canary("run");
    await at.here.git("clone", "--quiet", "--bare", "--shared", at.there.root, "../borrower.git");
    await append(join(at.there.root, "config"), settings(run));
    await plantHooks(at.there.root, run);
    await at.here.git("remote", "add", "origin", "../borrower.git");
    expect(await at.fetch()).toContain("new origin/main");
    await at.here.commit("two", {});
    expect(await at.push()).toContain("updated main");
    // and the same with the one here borrowing
    await writeFile(join(at.here.root, ".git/objects/info/alternates"), `${at.there.root}/objects\n`);
    expect(await at.fetch()).toContain("nothing new");
    expect(at.traces()).toBe(false);
    await writeFile(
      join(at.here.root, "../borrower.git/objects/info/alternates"),
      `${join(at.base, "outside")}\n`,
    );
    const text = await at.fails("git_fetch");
    expect(text).toMatch(/^denied: .*alternates leads outside the roots/u);
    expect(text).not.toContain(SECRET);
  });

  test("runs its hooks when the person trusted it", async () => {
    await using at = await remoteGround({ local: true });
    const run = await at.canary("run");
    await plantHooks(at.there.root, run);
    await at.here.git("remote", "add", "origin", "../there.git");
    await at.trust(at.there);
    await at.here.commit("two", {});
    await at.push().catch(() => undefined);
    expect(at.traces()).toBe(true);
  });

  test("is as safe from a repository that the person trusted", async () => {
    await using at = await remoteGround({ local: true });
    await at.here.git("remote", "add", "origin", "../there.git");
    await at.trust(at.here);
    const run = await at.canary("run");
    await append(join(at.there.root, "config"), settings(run));
    await plantHooks(at.there.root, run);
    expect(await at.fetch()).toContain("new origin/main");
    await at.here.commit("two", {});
    expect(await at.push({ setUpstream: true })).toContain("main follows origin/main");
    expect(await at.here.git("rev-parse", "@{upstream}")).toBe(await at.here.git("rev-parse", "HEAD"));
    expect(at.traces()).toBe(false);
    expect(existsSync(join(at.base, "trace"))).toBe(false);
  });
});
