import { readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { opened, permissive } from "../support/workspace.ts";
import { filesOf, trashOf } from "./files.ts";
import { serve, tree } from "./served.ts";

const YEAR_MS = 31_536_000_000;
const by = { tool: "test.tool", call: "c" };

function keptTexts(root: string): string[] {
  return trashOf(root).old.map((name) => readFileSync(join(root, ".plumbline/trash", name), "utf8"));
}

test.each([
  ["in the future", Date.now() + YEAR_MS],
  ["of this moment", Date.now()],
  ["in the past", Date.now() - YEAR_MS],
  ["before 1970", -1_000],
])("a file with a time %s is changed like any other", async (_name, time) => {
  using place = tree({ "a.txt": "a\n" });
  utimesSync(join(place.root, "a.txt"), time / 1_000, time / 1_000);
  await using server = await serve(place);
  await server.did("edit_file", { path: "a.txt", edits: [{ oldText: "a", newText: "b" }] });
  const { ok, text } = await server.call("undo_change", {});
  expect(ok, text).toBe(true);
  await server.did("undo_change", { action: "revert", change: /^([0-9a-f]{8}) /m.exec(text)?.[1] });
  expect(filesOf(place.root)).toEqual({ "a.txt": "a\n" });
});

test.each(["small", "large"])(
  "of a %s file, what was saved in place at the same size and time as what we read is not replaced",
  async (size) => {
    const old = "old\n".repeat(size === "small" ? 10 : 1_500_000);
    await using ground = await opened({ "a.txt": old });
    const { workspace, root } = ground;
    const file = join(root, "a.txt");
    for (const time of [Date.now(), Date.now() + YEAR_MS, Date.now() - YEAR_MS]) {
      writeFileSync(file, old);
      utimesSync(file, time / 1_000, time / 1_000);
      await using draft = workspace.changes.draft(permissive());
      const target = draft.target(workspace.locate("a.txt"), "follow");
      await draft.put(target, Buffer.from("new\n"), size === "small" ? { basis: Buffer.from(old) } : {});
      const saved = old.replace("old", "OLD");
      writeFileSync(file, saved, { flag: "r+" });
      utimesSync(file, time / 1_000, time / 1_000);
      await expect(workspace.changes.commit(draft, by)).rejects.toThrow("a.txt changed while");
      expect(readFileSync(file, "utf8") === saved).toBe(true);
    }
  },
);

test("of saves in place of one size, as fast as a clock's step, none is replaced by an edit of an earlier one", async () => {
  using place = tree({ "a.txt": "save 1000\nours: -\n" });
  const file = join(place.root, "a.txt");
  await using server = await serve(place, { args: ["--no-fsync"] });
  for (let number = 1_001; number < 1_060; number++) {
    writeFileSync(file, `save ${number}\nours: -\n`, { flag: "r+" });
    const answer = server.call("edit_file", {
      path: "a.txt",
      edits: [{ oldText: "ours: -", newText: "ours: x" }],
    });
    const until = performance.now() + Math.random() * 3;
    while (performance.now() < until);
    // the editor looks before it saves, so that only what comes at the same moment can be lost
    const isOurs = readFileSync(file, "utf8").includes("ours: x");
    if (!isOurs) writeFileSync(file, `save ${number}\nours: +\n`, { flag: "r+" });
    const { ok, text } = await answer;
    const left = readFileSync(file, "utf8");
    if (isOurs) expect(ok).toBe(true);
    // ours was carried out first: what was saved meanwhile went where the old version lies
    else if (ok) expect([left, ...keptTexts(place.root)]).toContain(`save ${number}\nours: +\n`);
    else {
      expect(text).toMatch(/^(conflict|not_found): /);
      expect(left).toBe(`save ${number}\nours: +\n`);
    }
    writeFileSync(file, `save ${number}\nours: -\n`);
  }
});
