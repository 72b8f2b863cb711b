import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { faults, whyNoFaults } from "./faults.ts";
import { filesOf } from "./files.ts";
import { AFTER, BEFORE, MADE, PATCH } from "./patch.ts";
import { rounds, serve, tree, type Tree } from "./served.ts";

const why = whyNoFaults();
if (why !== undefined) console.warn(`skipped: crashes at every system call, since ${why}`);

/** No file is torn, whatever is there. */
function expectOldOrNew(place: Tree): void {
  const known = new Set<string>([...Object.entries(BEFORE), ...Object.entries(AFTER)].map(String));
  const strange = Object.entries(filesOf(place.root)).filter(
    ([name, text]) => !known.has(String([name, text])) && !MADE.includes(name),
  );
  expect(strange).toEqual([]);
}

/** What the log says of the last change: done or not. */
function isDone(place: Tree): boolean {
  try {
    return readFileSync(place.log, "utf8").trimEnd().endsWith('"done":true}');
  } catch {
    return false;
  }
}

/** All or nothing of the patch, and the next one goes through. */
async function expectMended(place: Tree): Promise<void> {
  await using next = await serve(place);
  const files = filesOf(place.root);
  expect(files).toEqual(isDone(place) ? AFTER : BEFORE);
  const said = await next.call("apply_patch", { patch: PATCH });
  expect(said.ok, said.text).toBe(!isDone(place) || files["gone.txt"] !== undefined);
  expect(filesOf(place.root)).toEqual(AFTER);
}

test.skipIf(why !== undefined)(
  "killed before any system call of a patch, a server leaves all or nothing of it to the next one",
  { timeout: 600_000 },
  async () => {
    using fault = faults();
    const calls = await (async () => {
      using place = tree(BEFORE);
      await using server = await serve(place, { env: fault.env });
      fault.plan(0, 0);
      await server.did("apply_patch", { patch: PATCH });
      return fault.done();
    })();
    const last = calls.findIndex((line) => line.includes("/audit/"));
    const step = Math.max(1, Math.round(3 / rounds(1)));
    for (let at = 1; at <= last; at += step) {
      using place = tree(BEFORE);
      {
        await using server = await serve(place, { env: fault.env });
        fault.plan(at, "kill");
        await expect(server.call("apply_patch", { patch: PATCH })).rejects.toThrow(/closed/i);
        fault.done();
      }
      expectOldOrNew(place);
      await expectMended(place).catch((error: unknown) => {
        throw new Error(`killed before call ${calls[at - 1]}`, { cause: error });
      });
    }
  },
);
