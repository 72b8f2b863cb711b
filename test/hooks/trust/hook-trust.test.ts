import {
  chmodSync,
  cpSync,
  linkSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Handler, LoadedHandler } from "../../../hooks/handler.ts";
import type { HookTrust } from "../../../hooks/trust/hook-trust.ts";
import { Trust } from "../../../shared/policy/trust.ts";
import { Site } from "./support.ts";

const COMMAND = 'bash "$CLAUDE_PROJECT_DIR"/tools/check.sh';
const SCRIPT = "tools/check.sh";

/** A project with one handler and its script, which a person approved. */
async function approved(
  handler: Partial<Handler> = {},
): Promise<{ site: Site; trust: HookTrust; loaded: LoadedHandler }> {
  const site = new Site({ [SCRIPT]: "echo one\n" });
  const trust = site.trust();
  const loaded = site.loaded({ command: COMMAND, ...handler });
  expect((await trust.of(loaded)).state).toBe("pending");
  await trust.approve([loaded], [(await trust.of(loaded)).hash]);
  expect((await trust.of(loaded)).state).toBe("approved");
  return { site, trust, loaded };
}

/** As the process that runs sees it, and one that starts now. */
async function states({
  site,
  trust,
  loaded,
}: {
  site: Site;
  trust: HookTrust;
  loaded: LoadedHandler;
}): Promise<string[]> {
  return [(await trust.of(loaded)).state, (await site.trust().of(loaded)).state];
}

describe("whose a handler is", () => {
  test("decides: a person's own runs, the project's waits, also the local one", async () => {
    using site = new Site();
    const trust = site.trust();
    const of = async (scope: "home" | "project" | "local"): Promise<string> =>
      (await trust.of(site.loaded({ command: "echo" }, scope))).state;
    expect([await of("home"), await of("project"), await of("local")]).toEqual(["own", "pending", "pending"]);
  });

  test("a person's own is never put among what was approved", async () => {
    using site = new Site();
    const own = site.loaded({ command: "echo" }, "home");
    const trust = site.trust();
    await trust.approve([own], [(await trust.of(own)).hash]);
    expect(await Trust.open(site.state).list()).toEqual([]);
  });
});

describe("an approval", () => {
  test("is seen by every process, and named so that a person knows it", async () => {
    const { site, loaded } = await approved();
    using _ = site;
    expect((await site.trust().of(loaded)).state).toBe("approved");
    const [entry, ...more] = await Trust.open(site.state).list();
    expect(more).toEqual([]);
    expect(entry).toMatchObject({ kind: "hook", hash: (await site.trust().of(loaded)).hash });
    expect(entry?.subject).toMatch(
      /^\/.*\/project\/\.plumbline\/hooks\.json PreToolUse\[0\]\.hooks\[0\] \([0-9a-f]{12}\): bash "/u,
    );
  });

  test("is taken back by its subject, at once", async () => {
    const all = await approved();
    using site = all.site;
    const store = Trust.open(site.state);
    const [entry] = await store.list();
    await store.revoke("hook", entry?.subject ?? "");
    expect(await states(all)).toEqual(["pending", "pending"]);
  });

  const changes: Record<string, Partial<Handler>> = {
    command: { command: `${COMMAND} --more` },
    event: { event: "PostToolUse" },
    matcher: { matcher: "Bash" },
    "empty matcher": { matcher: "" },
    time: { timeoutMs: 60_001 },
    condition: { if: "Edit(*.ts)" },
    "what failing means": { onFailure: "continue" },
    "not being waited for": { async: true },
    "no shell": { args: [] },
    "another shell": { shell: "powershell" },
    type: { type: "http", url: "http://localhost/" },
  };
  test.each(Object.entries(changes))("counts no longer when this changes: %s", async (_, change) => {
    const all = await approved();
    using __ = all.site;
    const loaded = all.site.loaded({ command: COMMAND, ...change });
    expect(await states({ ...all, loaded })).toEqual(["changed", "changed"]);
    const elsewhere = all.site.loaded({ command: COMMAND, ...change, at: "PreToolUse[5].hooks[0]" });
    expect(await states({ ...all, loaded: elsewhere })).toEqual(["pending", "pending"]);
  });

  test.each<[string, Partial<Handler>]>([
    ["an argument", { command: "x", args: ["a", "c"] }],
    ["how arguments are cut", { command: "x", args: ["a b"] }],
    ["one argument fewer", { command: "x", args: ["a"] }],
  ])("of a program counts no longer when this changes: %s", async (_, change) => {
    const all = await approved({ command: "x", args: ["a", "b"] });
    using __ = all.site;
    expect(await states({ ...all, loaded: all.site.loaded(change) })).toEqual(["changed", "changed"]);
  });

  test.each<[string, Partial<Handler>]>([
    ["the address", { url: "http://127.0.0.1:1/y" }],
    ["a header", { headers: { a: "2" } }],
    ["one more header", { headers: { a: "1", b: "" } }],
    ["which variables are sent", { allowedEnvVars: ["TOKEN"] }],
  ])("of a request counts no longer when this changes: %s", async (_, change) => {
    const request = {
      command: COMMAND,
      type: "http",
      url: "http://127.0.0.1:1/x",
      headers: { a: "1" },
    } as const;
    const all = await approved(request);
    using __ = all.site;
    expect(await states({ ...all, loaded: all.site.loaded({ ...request, ...change }) })).toEqual([
      "changed",
      "changed",
    ]);
    expect(await states({ ...all, loaded: all.site.loaded({ ...request, line: 3 }) })).toEqual([
      "approved",
      "approved",
    ]);
  });

  test("goes with a handler that moves in its file, and stays with it when a new one takes its place", async () => {
    const all = await approved();
    using site = all.site;
    const moved = site.loaded({ command: COMMAND, at: "PreToolUse[1].hooks[0]", line: 20 });
    const added = site.loaded({ command: "echo new" });
    expect(await states({ ...all, loaded: moved })).toEqual(["approved", "approved"]);
    const trust = site.trust();
    expect((await trust.of(added)).state).toBe("changed");
    await trust.approve([added, moved], [(await trust.of(added)).hash]);
    expect([(await trust.of(added)).state, (await trust.of(moved)).state]).toEqual(["approved", "approved"]);
  });

  test("takes the place of what was there: going back waits again", async () => {
    const all = await approved();
    using site = all.site;
    const trust = site.trust();
    site.write(SCRIPT, "echo two\n");
    await trust.approve([all.loaded], [(await trust.of(all.loaded)).hash]);
    expect(await states(all)).toEqual(["approved", "approved"]);
    site.write(SCRIPT, "echo one\n");
    expect(await states(all)).toEqual(["changed", "changed"]);
    const edited = site.loaded({ command: "echo" });
    await trust.approve([edited], [(await trust.of(edited)).hash]);
    site.write(SCRIPT, "echo two\n");
    expect(await states(all)).toEqual(["changed", "changed"]);
  });

  test("is given to what was shown and not to what is there by now", async () => {
    using site = new Site({ [SCRIPT]: "echo shown\n" });
    const trust = site.trust();
    const [loaded, other] = [site.loaded({ command: COMMAND }), site.loaded({ command: "echo" }, "local")];
    const { hash } = await trust.of(loaded);
    site.write(SCRIPT, "echo evil!\n");
    await trust.approve([loaded, other], [hash, "0".repeat(64)]);
    expect(await Trust.open(site.state).list()).toEqual([]);
    expect([(await trust.of(loaded)).state, (await trust.of(other)).state]).toEqual(["pending", "pending"]);
  });

  test("of one project does not count in a copy of it", async () => {
    const all = await approved();
    using site = all.site;
    const copy = join(site.base, "copy");
    cpSync(site.root, copy, { recursive: true });
    const { handler, source } = all.loaded;
    const copied: LoadedHandler = {
      handler,
      source: { ...source, root: copy, file: join(copy, ".plumbline/hooks.json") },
    };
    expect(await states({ ...all, loaded: copied })).toEqual(["pending", "pending"]);
    // and not by a link in the name of the project
    renameSync(site.root, join(site.base, "moved"));
    symlinkSync(copy, site.root);
    expect((await site.trust().of({ ...all.loaded })).state).toBe("changed");
  });

  test("of the project's file does not count for the local one", async () => {
    const all = await approved();
    using site = all.site;
    const { source } = site.loaded({}, "local");
    const local = {
      ...all.loaded,
      source: { ...source, file: join(site.root, ".plumbline/hooks.local.json") },
    };
    expect(await states({ ...all, loaded: local })).toEqual(["pending", "pending"]);
  });
});

describe("a script that was approved", () => {
  const attacks: Record<string, (site: Site) => void> = {
    "is edited": (site) => site.write(SCRIPT, "echo evil and longer\n"),
    "is edited to the same length, its time put back": (site) => {
      const { atime, mtime } = statSync(site.at(SCRIPT));
      site.write(SCRIPT, "echo two\n");
      utimesSync(site.at(SCRIPT), atime, mtime);
    },
    "is replaced by a rename": (site) => {
      const { atime, mtime } = statSync(site.at(SCRIPT));
      site.write("new.sh", "echo two\n");
      utimesSync(site.at("new.sh"), atime, mtime);
      renameSync(site.at("new.sh"), site.at(SCRIPT));
    },
    "becomes a link": (site) => {
      site.write("evil.sh", "echo two\n");
      rmSync(site.at(SCRIPT));
      symlinkSync("../evil.sh", site.at(SCRIPT));
    },
    "becomes a link to the same text": (site) => {
      renameSync(site.at(SCRIPT), site.at("tools/real.sh"));
      symlinkSync("real.sh", site.at(SCRIPT));
    },
    "is deleted": (site) => rmSync(site.at(SCRIPT)),
    "becomes a folder": (site) => {
      rmSync(site.at(SCRIPT));
      mkdirSync(site.at(SCRIPT));
    },
    "has its folder swapped": (site) => {
      renameSync(site.at("tools"), site.at("old"));
      site.write(SCRIPT, "echo two\n");
    },
    "has its folder swapped for a link": (site) => {
      renameSync(site.at("tools"), site.at("old"));
      site.write("evil/check.sh", "echo two\n");
      symlinkSync("evil", site.at("tools"));
    },
    "is edited by another of its names": (site) => {
      linkSync(site.at(SCRIPT), site.at("other-name"));
      site.write("other-name", "echo two\n");
    },
  };
  test.each(Object.entries(attacks))("waits again when it %s", async (_, attack) => {
    const all = await approved();
    using site = all.site;
    attack(site);
    expect(await states(all)).toEqual(["changed", "changed"]);
    // what was approved is approved as soon as it is back
    rmSync(site.at("tools"), { recursive: true });
    site.write(SCRIPT, "echo one\n");
    expect(await states(all)).toEqual(["approved", "approved"]);
  });

  test("waits again when the link that leads to it leads elsewhere", async () => {
    using site = new Site({ "a.sh": "echo a\n", "b.sh": "echo b\n" });
    mkdirSync(site.at("tools"));
    symlinkSync("../a.sh", site.at(SCRIPT));
    const [trust, loaded] = [site.trust(), site.loaded({ command: COMMAND })];
    await trust.approve([loaded], [(await trust.of(loaded)).hash]);
    expect(await states({ site, trust, loaded })).toEqual(["approved", "approved"]);
    rmSync(site.at(SCRIPT));
    symlinkSync("../b.sh", site.at(SCRIPT));
    expect(await states({ site, trust, loaded })).toEqual(["changed", "changed"]);
  });

  test.each([
    ["a script that was absent", COMMAND, SCRIPT],
    ["a program that was absent", "./gate", "gate"],
    ["what node would rather take", "node tools/check", "tools/check.js"],
    ["a module", "python3 -m check", "check.py"],
    ["the tasks of a runner", "make lint", "Makefile"],
    ["a file that is named as an argument", "runner --config=tools/x.js", "tools/x.js"],
  ])("waits again when there comes %s", async (_, command, path) => {
    using site = new Site();
    const [trust, loaded] = [site.trust(), site.loaded({ command })];
    await trust.approve([loaded], [(await trust.of(loaded)).hash]);
    expect(await states({ site, trust, loaded })).toEqual(["approved", "approved"]);
    site.write(path, "evil\n");
    expect(await states({ site, trust, loaded })).toEqual(["changed", "changed"]);
  });

  test("waits again when a file that is no program becomes one", async () => {
    using site = new Site({ notes: "text\n" });
    const [trust, loaded] = [site.trust(), site.loaded({ command: "runner notes" })];
    await trust.approve([loaded], [(await trust.of(loaded)).hash]);
    site.write("notes", "other text\n");
    expect(await states({ site, trust, loaded })).toEqual(["approved", "approved"]);
    chmodSync(site.at("notes"), 0o755);
    expect(await states({ site, trust, loaded })).toEqual(["changed", "changed"]);
  });

  test("does not wait for what a hook only reads", async () => {
    using site = new Site({ "CONTEXT.md": "one\n" });
    const [trust, loaded] = [site.trust(), site.loaded({ command: "cat CONTEXT.md" })];
    await trust.approve([loaded], [(await trust.of(loaded)).hash]);
    site.write("CONTEXT.md", "two\n");
    expect(await states({ site, trust, loaded })).toEqual(["approved", "approved"]);
  });
});

describe("what cannot be approved", () => {
  test.each<[string, (site: Site) => void, string]>([
    [
      "a script of over a MiB",
      (site) => site.write(SCRIPT, Buffer.alloc(1024 * 1024 + 1)),
      "is larger than 1024 KiB",
    ],
    [
      "a device in its place",
      (site) => (mkdirSync(site.at("tools")), symlinkSync("/dev/zero", site.at(SCRIPT))),
      "is no regular file",
    ],
  ])("is %s, and the reason is told", async (_, make, words) => {
    using site = new Site();
    make(site);
    const loaded = site.loaded({ command: COMMAND });
    const { hash, state, problem } = await site.trust().of(loaded);
    expect([state, problem]).toEqual(["pending", expect.stringContaining(words)]);
    const trust = site.trust([hash]);
    await trust.approve([loaded], [hash]);
    expect((await trust.of(loaded)).state).toBe("pending");
    expect(await Trust.open(site.state).list()).toEqual([]);
  });

  test("is a command that names more than can be watched", async () => {
    using site = new Site();
    const command = Array.from({ length: 500 }, (_, index) => `./${index}.sh`).join(";");
    expect(await site.trust().of(site.loaded({ command }))).toMatchObject({
      state: "pending",
      problem: "it names too many files to watch them all, or is too long",
    });
  });

  test("a large program that a person installed counts by its size", async () => {
    using site = new Site();
    const program = join(site.home, "bin/tool");
    site.write(program, Buffer.alloc(2 * 1024 * 1024), 0o755);
    const [trust, loaded] = [site.trust(), site.loaded({ command: "~/bin/tool check" })];
    const { hash, problem } = await trust.of(loaded);
    expect(problem).toBeUndefined();
    await trust.approve([loaded], [hash]);
    expect(await states({ site, trust, loaded })).toEqual(["approved", "approved"]);
    site.write(program, "#!/bin/sh\n", 0o755);
    expect(await states({ site, trust, loaded })).toEqual(["changed", "changed"]);
  });
});

describe("a hash that the operator gives", () => {
  test("counts for exactly that, in this process, and is written nowhere", async () => {
    using site = new Site({ [SCRIPT]: "echo one\n" });
    const loaded = site.loaded({ command: COMMAND });
    const { hash } = await site.trust().of(loaded);
    const trust = site.trust([hash]);
    expect((await trust.of(loaded)).state).toBe("approved");
    expect((await trust.of(site.loaded({ command: `${COMMAND} ` }))).state).toBe("pending");
    expect((await trust.of(site.loaded({ command: COMMAND, matcher: "*" }))).state).toBe("pending");
    site.write(SCRIPT, "echo two\n");
    expect((await trust.of(loaded)).state).toBe("pending");
    expect((await site.trust([hash.slice(0, 32), ""]).of(loaded)).state).toBe("pending");
    expect((await site.trust().of(loaded)).state).toBe("pending");
  });
});

describe("a trust file that may be another's word", () => {
  const spoil: Record<string, (file: string) => void> = {
    "that its group may write": (file) => chmodSync(file, 0o620),
    "that is a link": (file) => (renameSync(file, `${file}.real`), symlinkSync(`${file}.real`, file)),
    "that is cut off": (file) => writeFileSync(file, '{"version":1,"trusted":[{"kind":"hook"'),
    "that is huge": (file) => writeFileSync(file, " ".repeat(5 * 1024 * 1024)),
    "with an entry that is none": (file) =>
      writeFileSync(
        file,
        JSON.stringify({ version: 1, trusted: [{ kind: "hook", subject: "*", hash: "*", at: "now" }] }),
      ),
  };
  test.each(Object.entries(spoil))("%s approves nothing, and the reason is told", async (_, change) => {
    const all = await approved();
    using site = all.site;
    const file = join(site.state, "trust.json");
    change(file);
    expect(await states(all)).toEqual(["pending", "pending"]);
    const { problem, hash } = await all.trust.of(all.loaded);
    expect(problem).toContain("nothing is trusted: ");
    expect(problem).toContain("trust.json");
    await expect(all.trust.approve([all.loaded], [hash])).rejects.toThrow("trust.json");
    expect((await site.trust().of(site.loaded({ command: "x" }, "home"))).state).toBe("own");
  });

  test("of another kind with the same hash approves nothing", async () => {
    using site = new Site();
    const loaded = site.loaded({ command: "echo" });
    const { hash } = await site.trust().of(loaded);
    await Trust.open(site.state).grant("repository", site.root, hash);
    expect((await site.trust().of(loaded)).state).toBe("pending");
  });
});

test("the scripts of all handlers are named with links followed, absent ones too", () => {
  using site = new Site({ "real.sh": "" });
  symlinkSync("real.sh", site.at("link.sh"));
  const handlers = [
    site.loaded({ command: "./link.sh && ./a/../gone.sh" }),
    site.loaded({ command: 'bash "$CLAUDE_PROJECT_DIR/mine.sh"' }, "home"),
    site.loaded({ command: "echo" }),
  ];
  expect(
    site
      .trust()
      .scripts(handlers)
      .map((path) => path.replace(`${site.root}/`, "")),
  ).toEqual(expect.arrayContaining(["link.sh", "real.sh", "gone.sh", "mine.sh"]));
});

test("thirty handlers are looked at again in about a millisecond", async () => {
  using site = new Site();
  const trust = site.trust();
  const handlers = Array.from({ length: 30 }, (_, index) => {
    site.write(`tools/${index}.sh`, "echo\n");
    utimesSync(site.at(`tools/${index}.sh`), 1, 1);
    return site.loaded({
      command: `bash "$CLAUDE_PROJECT_DIR"/tools/${index}.sh --fast`,
      at: `PreToolUse[${index}].hooks[0]`,
    });
  });
  await trust.approve(handlers, await Promise.all(handlers.map(async (each) => (await trust.of(each)).hash)));
  await new Promise((resolve) => setTimeout(resolve, 3_100));
  const times: number[] = [];
  for (let round = 0; round < 50; round++) {
    const start = performance.now();
    const all = await Promise.all(handlers.map((each) => trust.of(each)));
    times.push(performance.now() - start);
    expect(all.every(({ state }) => state === "approved")).toBe(true);
  }
  // ten times what is wanted: other tests run beside this one
  expect(times.toSorted((a, b) => a - b)[25]).toBeLessThan(10);
});
