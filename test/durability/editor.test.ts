import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { faults, whyNoFaults, type Faults } from "./faults.ts";
import { rounds, serve, tree, type Said, type Served, type Tree } from "./served.ts";

const why = whyNoFaults();
if (why !== undefined)
  console.warn(`skipped: an editor that saves at every system call of an edit, since ${why}`);

const FILE = "notes.txt";

function saved(number: number): string {
  return `save ${number}\nours: -\n`;
}

function edit(server: Served, number: number): Promise<Said> {
  return server.call("edit_file", {
    path: FILE,
    edits: [{ oldText: "ours: -", newText: `ours: ${number}` }],
  });
}

/** Which of the editor's versions are still to be had: in the root, or kept in the trash. */
function keptSaves({ root }: Tree): Set<number> {
  const texts = ["", ".plumbline/trash"].flatMap((folder) =>
    readdirSync(join(root, folder), { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => readFileSync(join(root, folder, name), "utf8")),
  );
  return new Set(
    texts.flatMap((text) => {
      const [, number] = /^save (\d+)\n/.exec(text) ?? [];
      return number === undefined ? [] : [Number(number)];
    }),
  );
}

/**
 * Another process that saves every 5 to 20 ms until its stdin ends, in place or by rename, and tells for each save
 * which of its own versions it found in the file just before.
 */
const EDITOR = `
  const fs = require("node:fs");
  const [file, how] = process.argv.slice(1);
  const found = [];
  process.stdin.on("end", () => { fs.writeSync(1, JSON.stringify(found)); process.exit(); }).resume();
  const numberIn = (text) => Number(/^save (\\d+)\\n/.exec(text)?.[1] ?? NaN);
  function save() {
    const number = found.length + 1;
    const text = "save " + number + "\\nours: -\\n";
    if (how === "in place") {
      const fd = fs.openSync(file, "r+");
      found.push(numberIn(fs.readFileSync(fd, "utf8")));
      fs.ftruncateSync(fd, 0);
      fs.writeSync(fd, text, 0);
      fs.closeSync(fd);
    } else {
      fs.writeFileSync(file + "~", text);
      found.push(numberIn(fs.readFileSync(file, "utf8")));
      fs.renameSync(file + "~", file);
    }
    setTimeout(save, 5 + Math.random() * 15);
  }
  save();
`;

interface Editor extends AsyncDisposable {
  stop(): Promise<number[]>;
}

function editor(place: Tree, how: string): Editor {
  const child = spawn(process.execPath, ["-e", EDITOR, join(place.root, FILE), how], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const said = text(child.stdout);
  return {
    async stop() {
      child.stdin.end();
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the script above says so
      return JSON.parse(await said) as number[];
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      if (child.exitCode === null && child.signalCode === null) await once(child, "close");
    },
  };
}

describe.each(["in place", "by rename"])("while an editor saves %s every 5 to 20 ms", (how) => {
  test("nothing that it saved is lost, or the call says conflict", { timeout: 300_000 }, async () => {
    using place = tree({ [FILE]: saved(0) });
    await using one = await serve(place, { args: ["--no-fsync"] });
    await using two = await serve(place);
    await using saving = editor(place, how);
    let done = 0;
    let refused = 0;
    const until = Date.now() + rounds(2_500);
    const edits = async (server: Served, first: number): Promise<void> => {
      for (let number = first; Date.now() < until; number += 2) {
        const { ok, text } = await edit(server, number);
        if (ok) done += 1;
        else {
          refused += 1;
          // not_found: it was edited already, or is empty in the middle of a save in place
          expect(text).toMatch(/^(conflict|not_found): /);
        }
        await sleep(Math.random() * 4);
      }
    };
    await Promise.all([edits(one, 1), edits(two, 2)]);
    const found = await saving.stop();
    const kept = keptSaves(place);
    // one of its versions is accounted for when the editor itself replaced it, or what we made of it
    const lost = found.flatMap((_, index) => {
      const number = index + 1;
      return found[number] === number || kept.has(number) ? [] : [number];
    });
    console.log(
      `${how}: ${found.length} saves, ${done} edits, ${refused} refused, ${lost.length} saves lost`,
    );
    expect(done).toBeGreaterThan(5);
    // a save by rename between our last look and our rename, two system calls, is replaced by ours
    if (how === "in place") expect(lost).toEqual([]);
    else expect(lost.length).toBeLessThanOrEqual(1 + found.length / 20);
  });
});

async function isStopped({ child }: Served): Promise<boolean> {
  for (let tries = 0; tries < 2_000; tries++) {
    if (child.exitCode !== null) return false;
    if (/\) T /.test(readFileSync(`/proc/${child.pid}/stat`, "utf8"))) return true;
    await sleep(2);
  }
  throw new Error("it neither stopped nor answered");
}

interface Outcome {
  readonly at: string;
  readonly said: Said;
  readonly isKept: boolean;
}

interface Stopped {
  readonly fault: Faults;
  readonly server: Served;
  readonly place: Tree;
  readonly change: (server: Served) => Promise<Said>;
  readonly save: (number: number) => void;
}

/** Stops a change before each of its system calls, lets the editor save, and lets it go on. */
async function savedAtEachCall({ fault, server, place, change, save }: Stopped): Promise<Outcome[]> {
  const reset = (): void => {
    rmSync(join(place.root, "moved.txt"), { force: true });
    writeFileSync(join(place.root, FILE), saved(0));
  };
  // the first change makes the trash and the log
  await edit(server, 1);
  reset();
  fault.plan(0, 0);
  expect((await change(server)).ok).toBe(true);
  const calls = fault.done();
  const outcomes: Outcome[] = [];
  for (const [index, at] of calls.entries()) {
    if (at.includes("/audit/")) break;
    reset();
    fault.plan(index + 1, "stop");
    const answer = change(server);
    await isStopped(server);
    fault.done();
    save(index + 1);
    server.child.kill("SIGCONT");
    const said = await answer;
    outcomes.push({
      at: at.replace(/^\d+ (\w+).*\/(.*)$/, "$1 $2"),
      said,
      isKept: keptSaves(place).has(index + 1),
    });
  }
  expect(outcomes.length).toBeGreaterThan(5);
  return outcomes;
}

const CHANGES = {
  edit_file: (server: Served) => edit(server, 1),
  delete_path: (server: Served) => server.call("delete_path", { path: FILE }),
  move_path: (server: Served) => server.call("move_path", { from: FILE, to: "moved.txt" }),
};

describe.skipIf(why !== undefined)("an editor that saves before any system call of a change", () => {
  test.each(["edit_file", "delete_path", "move_path"] as const)(
    "in place loses nothing: %s",
    async (name) => {
      using fault = faults();
      using place = tree({ [FILE]: saved(0) });
      await using server = await serve(place, { env: fault.env });
      const save = (number: number): void => writeFileSync(join(place.root, FILE), saved(number));
      const outcomes = await savedAtEachCall({ fault, server, place, change: CHANGES[name], save });
      expect(outcomes.filter(({ isKept }) => !isKept)).toEqual([]);
      for (const { said } of outcomes)
        expect(said.ok || said.text.startsWith("conflict: "), said.text).toBe(true);
    },
  );

  // what remains: between our last look at the old file and the one call that replaces it
  test.each([
    ["edit_file", [`rename ${FILE}`]],
    ["delete_path", []],
    ["move_path", [`unlink ${FILE}`]],
  ] as const)("by rename loses something at one of them at most: %s", async (name, window) => {
    using fault = faults();
    using place = tree({ [FILE]: saved(0) });
    await using server = await serve(place, { env: fault.env });
    const file = join(place.root, FILE);
    const save = (number: number): void => {
      writeFileSync(`${file}~`, saved(number));
      renameSync(`${file}~`, file);
    };
    const outcomes = await savedAtEachCall({ fault, server, place, change: CHANGES[name], save });
    expect(outcomes.filter(({ isKept }) => !isKept).map(({ at }) => at)).toEqual(window);
    for (const { said } of outcomes)
      expect(said.ok || said.text.startsWith("conflict: "), said.text).toBe(true);
  });

  test.each(["in place", "by rename"])("%s loses no more where there are no hard links", async (how) => {
    using fault = faults();
    using place = tree({ [FILE]: saved(0) });
    await using server = await serve(place, { env: { ...fault.env, FAULT_NO_LINKS: "1" } });
    const file = join(place.root, FILE);
    const save = (number: number): void => {
      writeFileSync(how === "in place" ? file : `${file}~`, saved(number));
      if (how === "by rename") renameSync(`${file}~`, file);
    };
    const outcomes = await savedAtEachCall({ fault, server, place, change: CHANGES.edit_file, save });
    expect(outcomes.filter(({ isKept }) => !isKept).map(({ at }) => at)).toEqual([`rename ${FILE}`]);
  });
});
