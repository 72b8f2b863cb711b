import { lstatSync, readlinkSync, renameSync, rmSync, symlinkSync, unlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { catalog } from "../../servers/catalog.ts";
import filesystem from "../../servers/filesystem/server.ts";
import type { Answer, Endpoint } from "../../shared/call.ts";
import type { ContainmentKind } from "../../shared/workspace/contain.ts";
import { damagingInputs, FILLERS, writesPaths, type Input } from "../support/attack-inputs.ts";
import { shownBy } from "../support/calls.ts";
import { callable, type Called } from "../support/call-tool.ts";
import { plantAttacks, type Attack } from "../support/links.ts";
import { mender, snapshot, type Seen } from "../support/tree.ts";
import { permissive, SECRET, temporary, type Ground } from "../support/workspace.ts";

type Answered = Extract<Answer, { kind: "answer" }>;

/** A file that is not among the attacked ones, with a change to undo. */
const CHANGED = "changed.txt";
const servers = await Promise.all(Object.values(catalog).map((load) => load()));
const targets = (
  await Promise.all(
    servers.map(async (server) => {
      await using probe = await callable(server);
      return probe.endpoints.filter(writesPaths).map(({ tool }) => ({ server, name: tool.name }));
    }),
  )
).flat();

test("there are tools to attack", () => {
  expect(targets.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["write_file", "edit_file", "apply_patch"]),
  );
});

describe.each(["handles", "compare"] as const satisfies ContainmentKind[])(
  "contained by %s",
  (containment) => {
    test.each(targets)("$name changes nothing outside", { timeout: 120_000 }, async ({ server, name }) => {
      await using ground = await temporary({ [FILLERS["from"] ?? ""]: "FILLER" });
      const attacks = plantAttacks(ground).filter(({ harmful }) => harmful !== true);
      await using called = await callable(server, { roots: [ground.root], containment });
      const endpoint = endpointOf(called, name);
      const mend = mender(ground.root, [".plumbline", CHANGED]);
      const before = around(ground);
      const worked = new Set<string>();
      for (const attack of attacks) {
        const change = "change" in endpoint.tool.input.shape ? await someChange(called) : "";
        for (const input of damagingInputs(endpoint, attack.path, { root: ground.root, change })) {
          const answer = await called.call(name, input);
          const after = around(ground);
          if (JSON.stringify(after) !== JSON.stringify(before))
            expect(after, JSON.stringify(input)).toEqual(before);
          checkAnswer(answer, { attack, input });
          const mended = mend();
          if (answer.error === undefined) worked.add(attack.name);
          else expect(mended, JSON.stringify(input)).toEqual([]);
        }
      }
      const inside = attacks.filter(({ reaches }) => reaches === "inside").map((attack) => attack.name);
      // what is to be undone is elsewhere
      const expected = "change" in endpoint.tool.input.shape ? [] : inside;
      expect(expected.filter((each) => !worked.has(each))).toEqual([]);
    });

    test.each([
      ["in/file", "../inside.txt"],
      ["in/directory", "../dir"],
      ["in/dangling", "../missing"],
      ["loop/self", "self"],
      ["out/file", "../../outside/secret.txt"],
      ["out/up", "../.."],
      ["out/dangling", "../../outside/missing"],
    ])("%s goes itself, not what it leads to", async (link, text) => {
      await using ground = await temporary();
      plantAttacks(ground);
      await using called = await callable(filesystem, { roots: [ground.root], containment });
      const before = around(ground);
      const inside = contents(ground.root, link);
      const path = join(ground.root, link);
      const moved = join(ground.root, "moved");
      await called.texts("move_path", { from: link, to: "copied", copy: true });
      await called.texts("move_path", { from: link, to: "moved" });
      expect([readlinkSync(moved), readlinkSync(join(ground.root, "copied"))]).toEqual([text, text]);
      expect(lstatSync(path, { throwIfNoEntry: false })).toBeUndefined();
      await called.texts("delete_path", { path: "moved" });
      expect(lstatSync(moved, { throwIfNoEntry: false })).toBeUndefined();
      unlinkSync(join(ground.root, "copied"));
      expect(contents(ground.root, link)).toEqual(inside);
      expect(around(ground)).toEqual(before);
    });

    test("an undo does not follow a directory that is a link to the outside since", async () => {
      const patch = "--- a/d/e.txt\n+++ b/d/e.txt\n@@ -1 +1 @@\n-one\n+two\n";
      const changes = [
        ["write_file", { path: "d/secret.txt", content: "new", overwrite: true }],
        ["write_file", { path: "d/new/er.txt", content: "new" }],
        ["edit_file", { path: "d/e.txt", edits: [{ oldText: "one", newText: "two" }] }],
        ["apply_patch", { patch }],
        ["delete_path", { path: "d/e.txt" }],
        ["delete_path", { path: "d/deep" }],
        ["move_path", { from: "d/e.txt", to: "e.txt" }],
        ["move_path", { from: "f.txt", to: "d/f.txt" }],
        ["move_path", { from: "f.txt", to: "d/secret.txt", overwrite: true }],
        ["move_path", { from: "d/deep", to: "d/deeper", copy: true }],
      ] as const;
      for (const [name, input] of changes) {
        await using ground = await temporary({
          "d/secret.txt": SECRET,
          "d/deep/secret.txt": SECRET,
          "d/e.txt": "one\n",
          "f.txt": "f",
        });
        const { root, outside } = ground;
        await using called = await callable(filesystem, { roots: [root], containment });
        const [said = ""] = await called.texts(name, input);
        const [, change] = /change ([0-9a-f]{8})/.exec(said) ?? [];
        renameSync(join(root, "d"), join(root, "away"));
        symlinkSync(outside, join(root, "d"));
        const [before, inside] = [around(ground), contents(root, "d")];
        const failure = await called.failure("undo_change", { action: "revert", change });
        expect(failure, said).toContain("denied: the path is outside the roots");
        expect(around(ground), said).toEqual(before);
        expect(contents(root, "d"), said).toEqual(inside);
      }
    });

    test.each([".plumbline", ".plumbline/trash"])("%s is not followed when it is a link", async (link) => {
      await using ground = await temporary({ "a.txt": "one", ".plumbline/": "" });
      const { root, outside } = ground;
      rmSync(join(root, link), { recursive: true, force: true });
      symlinkSync(outside, join(root, link));
      await using called = await callable(filesystem, { roots: [root], containment });
      const before = snapshot(dirname(root));
      for (const [name, input] of [
        ["write_file", { path: "a.txt", content: "two", overwrite: true }],
        ["write_file", { path: "b.txt", content: "two" }],
        ["delete_path", { path: "a.txt" }],
        ["move_path", { from: "a.txt", to: "b.txt", copy: true }],
      ] as const)
        expect(await called.failure(name, input)).toMatch(/^unavailable: nothing was changed/);
      expect(snapshot(dirname(root))).toEqual(before);
    });
  },
);

/** What is in a root but for the trash and what is left out: kinds and contents. */
function contents(root: string, without: string): string[] {
  return snapshot(root, [join(root, ".plumbline")])
    .filter(({ path }) => path !== join(root, without) && path !== join(root, ".plumbline"))
    .map(({ path, kind, content }) => `${path} ${kind} ${content}`);
}

function checkAnswer(answer: Answered, { attack, input }: { attack: Attack; input: Input }): void {
  const sent = JSON.stringify(input);
  const where = sent.slice(0, 300);
  const text = shownBy(answer);
  expect(answer.error, `${where}: ${text}`).not.toBe("internal");
  for (const secret of [SECRET, "SECRET-NAME"].filter((each) => !sent.includes(each)))
    expect(text, where).not.toContain(secret);
  // a NUL and the like are found first, wherever the path leads
  if (/^(goes up|sibling)/.test(attack.name))
    expect(text, where).toContain("denied: the path is outside the roots");
}

/** All that lies beside the root and above it. */
function around({ root }: Ground): Seen[] {
  return snapshot(dirname(root), [root]);
}

function endpointOf({ endpoints }: Called, name: string): Endpoint {
  const endpoint = endpoints.find(({ tool }) => tool.name === name);
  if (endpoint === undefined) throw new Error(`no tool ${name}`);
  return endpoint;
}

/** A change that can be undone. */
async function someChange({ workspace }: Called): Promise<string> {
  await using draft = workspace.changes.draft(permissive());
  const target = draft.target(workspace.locate(CHANGED), "follow");
  await draft.put(target, Buffer.from("changed"));
  const { id } = await workspace.changes.commit(draft, { tool: "test.tool", call: "c1" });
  return id;
}
