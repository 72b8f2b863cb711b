import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { faults, whyNoFaults, type Faults } from "./faults.ts";
import { filesOf, trashOf } from "./files.ts";
import { put, serve, tree, type Said, type Served, type Tree } from "./served.ts";

const why = whyNoFaults();
if (why !== undefined)
  console.warn(`skipped: what happens to a directory in the middle of a call, since ${why}`);
const isRoot = process.getuid?.() === 0;
if (!isRoot) console.warn("skipped: servers of another user, since only root starts them");

const NOBODY = 65_534;
const FILES = { "d/a.txt": "a\n", "d/b.txt": "b\n", "e/c.txt": "c\n", "top.txt": "top\n" };
const PATCH = ["d/a", "d/b", "e/c"]
  .map((name) => {
    const line = name.slice(-1);
    return `--- a/${name}.txt\n+++ b/${name}.txt\n@@ -1 +1 @@\n-${line}\n+${line.toUpperCase()}\n`;
  })
  .join("");
const PATCHED = { ...FILES, "d/a.txt": "A\n", "d/b.txt": "B\n", "e/c.txt": "C\n" };

function give(place: Tree, uid: number): void {
  execFileSync("chown", ["-R", `${uid}:${uid}`, place.base]);
}

function told({ ok, text }: Said): string {
  return `${ok} ${text}`;
}

describe.skipIf(!isRoot)("a server of a user who", () => {
  test("loses the right to a directory between two calls changes nothing, and says so", async () => {
    using place = tree(FILES);
    give(place, NOBODY);
    await using server = await serve(place, { uid: NOBODY });
    await server.did("write_file", { path: "d/a.txt", content: "mine\n", overwrite: true });
    expect(statSync(join(place.root, "d/a.txt")).uid).toBe(NOBODY);
    writeFileSync(join(place.root, "d/a.txt"), "a\n");
    for (const mode of [0o555, 0o000]) {
      chmodSync(join(place.root, "d"), mode);
      for (const [name, args] of [
        ["write_file", { path: "d/a.txt", content: "x\n", overwrite: true }],
        ["write_file", { path: "d/new.txt", content: "x\n" }],
        ["edit_file", { path: "d/a.txt", edits: [{ oldText: "a", newText: "x" }] }],
        ["apply_patch", { patch: PATCH }],
        ["delete_path", { path: "d/a.txt" }],
        ["move_path", { from: "d/a.txt", to: "moved.txt" }],
        ["move_path", { from: "top.txt", to: "d/moved.txt" }],
      ] as const) {
        expect(`${name} ${told(await server.call(name, args))}`).toMatch(
          /^\w+ false denied: the operating system does not let us (change|open) /,
        );
        expect(filesOf(place.root)).toEqual(FILES);
      }
      expect(trashOf(place.root).new).toEqual([]);
    }
    chmodSync(join(place.root, "d"), 0o755);
    await server.did("apply_patch", { patch: PATCH });
    expect(filesOf(place.root)).toEqual(PATCHED);
  });

  test("may write in a directory, but not a file in it, moves that file and does not change it", async () => {
    using place = tree(FILES);
    give(place, NOBODY);
    for (const name of ["d/a.txt", "d/b.txt", "e/c.txt"]) chownSync(join(place.root, name), 0, 0);
    chmodSync(join(place.root, "e/c.txt"), 0o666);
    await using server = await serve(place, { uid: NOBODY });
    const edit = (path: string, oldText: string) =>
      server.call("edit_file", { path, edits: [{ oldText, newText: oldText.toUpperCase() }] });
    expect(told(await edit("d/a.txt", "a"))).toMatch(/^false denied: d\/a\.txt /);
    expect((await edit("e/c.txt", "c")).ok).toBe(true);
    // the kernel makes no second name for what is somebody else's
    const moved = await server.did("move_path", { from: "d/b.txt", to: "e/b.txt" });
    const { "d/b.txt": _, ...rest } = FILES;
    expect(filesOf(place.root)).toEqual({ ...rest, "e/b.txt": "b\n", "e/c.txt": "C\n" });
    const change = /change ([0-9a-f]{8})/.exec(moved)?.[1];
    await server.did("undo_change", { action: "revert", change });
    expect(filesOf(place.root)).toEqual({ ...FILES, "e/c.txt": "C\n" });
  });

  test("has no right to the state's folder is told that, and reads on", async () => {
    using place = tree(FILES);
    give(place, NOBODY);
    await using server = await serve(place, { uid: NOBODY });
    await server.did("write_file", { path: "top.txt", content: "top\n", overwrite: true });
    await server.did("write_file", { path: "new.txt", content: "x\n" });
    rmSync(join(place.root, "new.txt"));
    execFileSync("chmod", ["-R", "a-rwx", join(place.state, "changes")]);
    expect(told(await server.call("apply_patch", { patch: PATCH }))).toMatch(
      /^false denied: the operating system does not let us change the log of changes/,
    );
    expect(filesOf(place.root)).toEqual(FILES);
    expect(await server.did("read_file", { path: "top.txt" })).toContain("top");
    await using other = await serve(place, { uid: NOBODY });
    expect(await other.did("read_file", { path: "top.txt" })).toContain("top");
    execFileSync("chmod", ["-R", "u+rwx", join(place.state, "changes")]);
    await server.did("apply_patch", { patch: PATCH });
  });

  test("may not write in .plumbline is told that", async () => {
    using place = tree({ ...FILES, ".plumbline/config.json": "{}" });
    give(place, NOBODY);
    chownSync(join(place.root, ".plumbline"), 0, 0);
    await using server = await serve(place, { uid: NOBODY });
    expect(told(await server.call("apply_patch", { patch: PATCH }))).toMatch(
      /^false unavailable: nothing was changed: \.plumbline\/trash cannot keep/,
    );
    expect(filesOf(place.root)).toEqual(FILES);
  });
});

describe(".plumbline that is", () => {
  test.each([
    ["a file", (path: string) => writeFileSync(path, "mine")],
    ["a link", (path: string) => symlinkSync("/tmp", path)],
    ["a link to nothing", (path: string) => symlinkSync("nowhere", path)],
  ])("%s stops changes with a reason", async (_name, make) => {
    for (const path of [".plumbline", ".plumbline/trash"]) {
      using place = tree(FILES);
      if (path !== ".plumbline") mkdirSync(join(place.root, ".plumbline"));
      await using server = await serve(place);
      make(join(place.root, path));
      for (const [name, args] of [
        ["apply_patch", { patch: PATCH }],
        ["write_file", { path: "new.txt", content: "x\n" }],
        ["delete_path", { path: "top.txt" }],
      ] as const)
        expect(told(await server.call(name, args))).toMatch(
          /^false unavailable: nothing was changed: \.plumbline\/trash cannot keep/,
        );
      const { ".plumbline": _, ...files } = filesOf(place.root);
      expect(files).toEqual(FILES);
    }
  });
});

/** Stops a call before each of its system calls, does something, lets it go on; what came of it that must not. */
async function disturbed(
  { fault, server, place }: { fault: Faults; server: Served; place: Tree },
  call: () => Promise<Said>,
  disturb: () => void,
): Promise<string[]> {
  const wrong: string[] = [];
  const reset = (): void => {
    execFileSync("find", [
      place.root,
      "-mindepth",
      "1",
      "-maxdepth",
      "1",
      "!",
      "-name",
      ".plumbline",
      "-exec",
      "rm",
      "-rf",
      "{}",
      "+",
    ]);
    put(place.root, FILES);
  };
  await call();
  reset();
  fault.plan(0, 0);
  await call();
  const calls = fault.done().filter((line) => !line.includes("/audit/"));
  for (let at = 1; at <= calls.length; at++) {
    reset();
    fault.plan(at, "stop");
    const answer = call();
    for (let tries = 0; ; tries++) {
      if (/\) T /.test(readFileSync(`/proc/${server.child.pid}/stat`, "utf8"))) break;
      if (tries > 2_000) throw new Error(`it did not stop at ${calls[at - 1]}`);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    fault.done();
    disturb();
    server.child.kill("SIGCONT");
    const said = await answer;
    const { isWhole, files } = judge(place, said);
    const message = `${calls[at - 1]}: ${told(said)}\n${JSON.stringify(files)}`;
    if (!isWhole || said.text.includes("internal")) wrong.push(message);
  }
  return wrong;
}

/** All of the patch or nothing of it, wherever its directories are by now; or the answer names what is left of it. */
function judge(place: Tree, { ok, text }: Said): { isWhole: boolean; files: Record<string, string> } {
  const files = filesOf(place.root);
  const holds = (content: string): boolean => Object.values(files).includes(content);
  const isWhole = ["a\n", "b\n", "c\n"].every((old) => {
    const isPatched = holds(old.toUpperCase());
    return ok ? isPatched || !holds(old) : !isPatched;
  });
  const patched = Object.keys(files).filter((name) => /^[ABC]\n$/.test(files[name] ?? ""));
  const isTold = text.includes("could not be taken back") && patched.every((name) => text.includes(name));
  return { isWhole: isWhole || isTold, files };
}

describe.skipIf(why !== undefined)("before any system call of a patch", { timeout: 120_000 }, () => {
  test.each([
    [
      "one of its directories is moved away",
      (root: string) => renameSync(join(root, "d"), join(root, "moved")),
    ],
    ["one of its directories is deleted", (root: string) => rmSync(join(root, "d"), { recursive: true })],
    [
      "one of its directories is replaced",
      (root: string) => {
        renameSync(join(root, "e"), join(root, "moved"));
        put(root, { "e/c.txt": "c\n" });
      },
    ],
    [
      "its last file is moved away",
      (root: string) => renameSync(join(root, "e/c.txt"), join(root, "e/moved.txt")),
    ],
    ["the trash is deleted", (root: string) => rmSync(join(root, ".plumbline"), { recursive: true })],
  ])("%s: it is all or nothing", async (_name, disturb) => {
    using fault = faults();
    using place = tree(FILES);
    await using server = await serve(place, { env: fault.env });
    const call = () => server.call("apply_patch", { patch: PATCH });
    const wrong = await disturbed({ fault, server, place }, call, () => {
      if (existsSync(join(place.root, "d")) && existsSync(join(place.root, "e/c.txt"))) disturb(place.root);
    });
    expect(wrong.join("\n")).toBe("");
  });
});

test("a root that is replaced by another directory gets the next change", async () => {
  using place = tree(FILES);
  await using server = await serve(place);
  await server.did("apply_patch", { patch: PATCH });
  renameSync(place.root, `${place.root}-before`);
  mkdirSync(place.root);
  put(place.root, FILES);
  await server.did("apply_patch", { patch: PATCH });
  expect(filesOf(place.root)).toEqual(PATCHED);
  renameSync(place.root, `${place.root}-later`);
  expect(told(await server.call("apply_patch", { patch: PATCH }))).toMatch(
    /^false unavailable: the root is not there/,
  );
  expect(existsSync(place.root)).toBe(false);
});

test("a patch that fails at its last file leaves all as it was", async () => {
  using place = tree(FILES);
  await using server = await serve(place);
  const isThere = "--- /dev/null\n+++ b/top.txt\n@@ -0,0 +1 @@\n+x\n";
  const belowFile = "--- /dev/null\n+++ b/top.txt/x.txt\n@@ -0,0 +1 @@\n+x\n";
  const misfit = "--- a/top.txt\n+++ b/top.txt\n@@ -1 +1 @@\n-other\n+x\n";
  const missing = "--- a/none.txt\n+++ b/none.txt\n@@ -1 +1 @@\n-other\n+x\n";
  const secret = "--- /dev/null\n+++ b/.env\n@@ -0,0 +1 @@\n+x\n";
  for (const last of [isThere, belowFile, misfit, missing, secret]) {
    expect((await server.call("apply_patch", { patch: PATCH + last })).ok).toBe(false);
    expect(filesOf(place.root)).toEqual(FILES);
    expect(trashOf(place.root)).toEqual({ old: [], new: [] });
  }
});
