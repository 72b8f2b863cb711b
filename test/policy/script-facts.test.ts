import { execFileSync } from "node:child_process";
import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ScriptReader } from "../../shared/policy/script-facts.ts";

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "plumb-script-")));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string): string => join(folder, name);
const reader = new ScriptReader();

describe("what a look at a script tells", () => {
  test("is its hash, its size and whether a system may run it", () => {
    writeFileSync(at("plain"), "one");
    writeFileSync(at("program"), "one", { mode: 0o755 });
    writeFileSync(at("marked"), "#!/bin/sh\n");
    const hash = "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed";
    expect(reader.look(at("plain"))).toEqual({
      path: at("plain"),
      real: at("plain"),
      kind: "file",
      bytes: 3,
      hash,
      isProgram: false,
    });
    expect(reader.look(at("program"))).toMatchObject({ hash, isProgram: true });
    expect(reader.look(at("marked"))).toMatchObject({ isProgram: true });
  });

  test.each(["", "x/y", "\0", "long".repeat(2_000), "plain/below"])(
    "of %j is that nothing is there",
    (name) => {
      writeFileSync(at("plain"), "");
      const path = name === "" ? at("gone") : `${folder}/${name}`;
      expect(reader.look(path)).toMatchObject({ kind: "absent", real: path });
    },
  );

  test("waits for no FIFO, and vouches for nothing that is no small regular file", () => {
    execFileSync("mkfifo", [at("fifo")]);
    writeFileSync(at("large"), Buffer.alloc(1024 * 1024 + 1));
    writeFileSync(at("just"), Buffer.alloc(1024 * 1024));
    mkdirSync(at("folder"));
    symlinkSync("loop", at("loop"));
    expect(reader.look(at("fifo"))).toMatchObject({ kind: "unusable", problem: "is no regular file" });
    expect(reader.look("/dev/zero")).toMatchObject({ kind: "unusable", problem: "is no regular file" });
    expect(reader.look(at("large"))).toMatchObject({ kind: "unusable", problem: "is larger than 1024 KiB" });
    expect(reader.look(at("just")).kind).toBe("file");
    expect(reader.look(at("folder")).kind).toBe("directory");
    expect(reader.look(at("loop")).kind).toBe("absent");
  });

  test("follows links and says where they lead", () => {
    writeFileSync(at("real.sh"), "one");
    symlinkSync("real.sh", at("link.sh"));
    expect(reader.look(at("link.sh"))).toMatchObject({
      path: at("link.sh"),
      real: at("real.sh"),
      kind: "file",
    });
  });

  test("is the very same object as long as nothing changed", async () => {
    writeFileSync(at("a.sh"), "one");
    const first = reader.look(at("a.sh"));
    expect(reader.look(at("a.sh"))).toBe(first);
    await sleep(3_100);
    expect(reader.look(at("a.sh"))).toBe(first);
    expect(reader.look(at("a.sh"))).toBe(first);
  });
});

describe("a change is noticed", () => {
  const one = "echo one\n";
  const two = "echo two\n";

  test.each([
    ["right after", 0],
    ["when the last one is long over", 3_200],
  ])("by contents of the same length with the old times, %s", async (_, wait) => {
    writeFileSync(at("a.sh"), one);
    const { atime, mtime } = statSync(at("a.sh"));
    const before = reader.look(at("a.sh"));
    await sleep(wait);
    reader.look(at("a.sh"));
    writeFileSync(at("a.sh"), two);
    utimesSync(at("a.sh"), atime, mtime);
    expect(reader.look(at("a.sh")).hash).not.toBe(before.hash);
  });

  test("a thousand times in a row, however coarse the clock", () => {
    for (let round = 0; round < 1_000; round++) {
      writeFileSync(at("a.sh"), `echo ${1_000 + round}\n`);
      expect(reader.look(at("a.sh")).hash).toBe(new ScriptReader().look(at("a.sh")).hash);
    }
  });

  test("by a rename, by a link that leads elsewhere, by a name of the same file", async () => {
    for (const name of ["a.sh", "b.sh"]) writeFileSync(at(name), name === "a.sh" ? one : two);
    linkSync(at("a.sh"), at("same.sh"));
    symlinkSync("a.sh", at("link.sh"));
    await sleep(3_100);
    const first = reader.look(at("link.sh"));
    rmSync(at("link.sh"));
    symlinkSync("same.sh", at("link.sh"));
    const second = reader.look(at("link.sh"));
    rmSync(at("link.sh"));
    symlinkSync("b.sh", at("link.sh"));
    const third = reader.look(at("link.sh"));
    expect([first.real, second.real, third.real]).toEqual([at("a.sh"), at("same.sh"), at("b.sh")]);
    expect([second.hash === first.hash, third.hash === first.hash]).toEqual([true, false]);
    reader.look(at("a.sh"));
    renameSync(at("b.sh"), at("a.sh"));
    expect(reader.look(at("a.sh")).hash).toBe(third.hash);
  });

  test("by the bit that makes it a program, by its end and its return", () => {
    writeFileSync(at("a"), one);
    const before = reader.look(at("a"));
    chmodSync(at("a"), 0o755);
    expect([before.isProgram, reader.look(at("a")).isProgram]).toEqual([false, true]);
    rmSync(at("a"));
    expect(reader.look(at("a")).kind).toBe("absent");
    writeFileSync(at("a"), two);
    expect(reader.look(at("a")).kind).toBe("file");
  });
});

test("a text is given only as it was hashed, and only when a person can read it", () => {
  writeFileSync(at("a.sh"), "echo ü\n");
  writeFileSync(at("long.sh"), "x".repeat(64 * 1024 + 1));
  writeFileSync(at("odd.sh"), Buffer.from([0xff, 0xfe]));
  const [a, long, odd] = ["a.sh", "long.sh", "odd.sh"].map((name) => reader.look(at(name)));
  expect([a, long, odd].map((facts) => facts && reader.textOf(facts))).toEqual([
    "echo ü\n",
    undefined,
    undefined,
  ]);
  writeFileSync(at("a.sh"), "echo x\n");
  expect(a && reader.textOf(a)).toBeUndefined();
  expect(reader.textOf(reader.look(at("gone.sh")))).toBeUndefined();
});
