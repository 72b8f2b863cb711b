import { rmSync } from "node:fs";
import { expect, test } from "vitest";
import { faults, whyNoFaults } from "./faults.ts";
import { filesOf, trashOf } from "./files.ts";
import { AFTER, BEFORE, PATCH } from "./patch.ts";
import { put, serve, tree, type Served, type Tree } from "./served.ts";

const why = whyNoFaults();
if (why !== undefined) console.warn(`skipped: every system call fails once, since ${why}`);

const EIO = 5;
const ENOSPC = 28;
const EROFS = 30;

/** What is there, as one text that does not depend on an order. */
function told(files: Readonly<Record<string, string>>): string {
  return Object.keys(files)
    .sort((one, other) => (one < other ? -1 : 1))
    .map((name) => `${name}: ${JSON.stringify(files[name])}`)
    .join("\n");
}

function reset(place: Tree): void {
  for (const name of Object.keys(filesOf(place.root)))
    rmSync(`${place.root}/${name.split("/")[0]}`, { recursive: true, force: true });
  put(place.root, BEFORE);
}

async function countCalls(server: Served, place: Tree, fault: ReturnType<typeof faults>): Promise<string[]> {
  reset(place);
  fault.plan(0, 0);
  await server.did("apply_patch", { patch: PATCH });
  const calls = fault.done();
  const last = calls.findIndex((line) => line.includes("/audit/"));
  return calls.slice(0, last === -1 ? undefined : last);
}

test.skipIf(why !== undefined).each([
  ["no space", ENOSPC],
  ["an error of the disk", EIO],
  ["a disk that is read-only", EROFS],
])(
  "a patch with %s at any one system call is all or nothing, and says which",
  { timeout: 120_000 },
  async (_name, errno) => {
    using fault = faults();
    using place = tree(BEFORE);
    await using server = await serve(place, { env: fault.env });
    await server.did("write_file", { path: "first.txt", content: "the trash and the log are there" });
    const calls = await countCalls(server, place, fault);
    const wrong: string[] = [];
    for (let at = 1; at <= calls.length; at++) {
      reset(place);
      const litter = trashOf(place.root).new;
      fault.plan(at, errno);
      const { ok, text } = await server.call("apply_patch", { patch: PATCH });
      fault.done();
      const files = told(filesOf(place.root));
      const wanted = told(ok ? AFTER : BEFORE);
      if (files !== wanted) wrong.push(`${calls[at - 1]}: ${text}\n  ${files}`);
      if (/internal/.test(text)) wrong.push(`${calls[at - 1]}: ${text}`);
      const left = trashOf(place.root).new.filter((name) => !litter.includes(name));
      if (left.length > 0) wrong.push(`${calls[at - 1]}: ${text}\n  left: ${left.join()}`);
    }
    expect(wrong.join("\n")).toBe("");
    expect(server.stderr()).toBe("");
  },
);

test.skipIf(why !== undefined).each([
  ["full", ENOSPC],
  ["broken", EIO],
  ["read-only", EROFS],
])(
  "a disk that is %s from some system call on leaves all or nothing of a patch to the next server",
  { timeout: 300_000 },
  async (_name, errno) => {
    using fault = faults();
    using place = tree(BEFORE);
    let server = await serve(place, { env: fault.env });
    await server.did("write_file", { path: "first.txt", content: "the trash and the log are there" });
    const calls = await countCalls(server, place, fault);
    const wrong: string[] = [];
    for (let at = 1; at <= calls.length; at++) {
      reset(place);
      fault.plan(`${at}+`, errno);
      const { ok, text } = await server.call("apply_patch", { patch: PATCH });
      fault.done();
      if (/internal/.test(text)) wrong.push(`${calls[at - 1]}: ${text}`);
      const expected = told(ok ? AFTER : BEFORE);
      if (told(filesOf(place.root)) === expected) continue;
      if (ok || !text.includes("could not be taken back")) wrong.push(`${calls[at - 1]}: ${text}`);
      await server.kill();
      server = await serve(place, { env: fault.env });
      const files = told(filesOf(place.root));
      if (files !== expected) wrong.push(`${calls[at - 1]}: ${text}\n  ${files}\n${server.stderr()}`);
    }
    await server[Symbol.asyncDispose]();
    expect(wrong.join("\n")).toBe("");
  },
);
