import { dirname } from "node:path";
import { describe, expect, test } from "vitest";
import { catalog } from "../../servers/catalog.ts";
import type { Answer, Endpoint } from "../../shared/call.ts";
import type { ContainmentKind } from "../../shared/workspace/contain.ts";
import { damagingInputs, FILLERS, onlyReads, takesPath, type Input } from "../support/attack-inputs.ts";
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
      return probe.endpoints
        .filter((endpoint) => takesPath(endpoint) && !onlyReads(endpoint))
        .map(({ tool }) => ({ server, name: tool.name }));
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
  },
);

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
