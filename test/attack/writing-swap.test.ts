import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { catalog } from "../../servers/catalog.ts";
import type { Answer } from "../../shared/call.ts";
import type { ContainmentKind } from "../../shared/workspace/contain.ts";
import {
  damagingInputs,
  DAMAGE,
  FILLERS,
  onlyReads,
  takesPath,
  type Input,
} from "../support/attack-inputs.ts";
import { shownBy } from "../support/calls.ts";
import { callable, type Called } from "../support/call-tool.ts";
import { INSIDE } from "../support/links.ts";
import { swapper } from "../support/swap.ts";
import { snapshot, type Seen } from "../support/tree.ts";
import { SECRET, temporary, type Ground } from "../support/workspace.ts";

type Answered = Extract<Answer, { kind: "answer" }>;

const SWAP_MS = 6_000;
/** On a busy machine, until each tool has worked a few times. */
const MORE_MS = 40_000;
const servers = await Promise.all(Object.values(catalog).map((load) => load()));

/** What became of the calls of one run. */
interface Tally {
  readonly worked: Record<string, number>;
  /** Texts that must be somewhere inside, with the calls that they come from: what was there before a call, and what a call said that it wrote. */
  readonly texts: Map<string, string>;
  /** Calls after which the outside was found changed. */
  readonly damage: string[];
}

/** Every tool that writes, with arguments that would do damage, one call of each at a time, as long as there is time. */
async function attack(
  ground: Ground,
  { containment, withTrash = false, ms = SWAP_MS }: Battle,
): Promise<Tally & Ended> {
  const tally: Tally = { worked: {}, texts: new Map(), damage: [] };
  mkdirSync(join(ground.root, "moved"));
  const swap = await swapper(ground, withTrash);
  try {
    for (const server of servers) {
      await using called = await callable(server, { roots: [ground.root], containment });
      const paths = [...swap.files, ...swap.directories];
      const end = Date.now() + ms / servers.length;
      await attackServer(called, { paths, end, ground, tally });
    }
  } finally {
    await swap.stop();
  }
  return { ...tally, ...(await swap.stop()) };
}

interface Attacked {
  readonly paths: readonly string[];
  /** Milliseconds since 1970. */
  readonly end: number;
  readonly ground: Ground;
  readonly tally: Tally;
}

async function attackServer(called: Called, { paths, end, ground, tally }: Attacked): Promise<void> {
  const { root } = ground;
  const tools = called.endpoints.filter((endpoint) => takesPath(endpoint) && !onlyReads(endpoint));
  const makers = tools.map((endpoint) => ({
    name: endpoint.tool.name,
    // git's tools work in a repository only, and here is none
    mayWork: endpoint.tool.server === "filesystem",
    inputs: paths.flatMap((path) => damagingInputs(endpoint, path, { root, change: CHANGE })),
  }));
  let before = JSON.stringify(around(ground));
  const hasWorked = (): boolean =>
    makers.every(({ name, mayWork }) => !mayWork || (tally.worked[name] ?? 0) >= 3);
  for (let turn = 0; Date.now() < end || (!hasWorked() && Date.now() < end + MORE_MS); turn++) {
    const batch = makers.map(({ name, inputs }) => ({ name, input: inputs[turn % inputs.length] ?? {} }));
    await Promise.all(batch.map((one) => callOnce(called, { ...one, ground, tally })));
    const now = JSON.stringify(around(ground));
    if (now !== before) tally.damage.push(JSON.stringify(batch).slice(0, 1_000));
    before = now;
  }
}

interface Battle {
  readonly containment: ContainmentKind;
  readonly withTrash?: boolean;
  readonly ms?: number;
}

interface Ended {
  readonly exchanges: number;
  readonly planted: number;
}

const CHANGE = "CHANGE-ID";
let calls = 0;
const changes: string[] = [];

interface One {
  readonly name: string;
  readonly input: Input;
  readonly ground: Ground;
  readonly tally: Tally;
}

/** Puts a text of its own into each call, so that it can be found again. */
async function callOnce(called: Called, { name, input, ground, tally }: One): Promise<void> {
  const text = `T${String(++calls).padStart(7, "0")}`;
  const { given, isWritten } = marked(input, { text, root: ground.root, tally });
  const answer: Answered = await called.call(name, given);
  const said = shownBy(answer);
  const where = `${name} ${JSON.stringify(given)}`;
  expect(answer.error, `${where}: ${said}`).not.toBe("internal");
  if (!where.includes(SECRET)) expect(said, where).not.toContain(SECRET);
  if (answer.error !== undefined) return;
  tally.worked[name] = (tally.worked[name] ?? 0) + 1;
  const [, change] = /change ([0-9a-f]{8})/.exec(said) ?? [];
  if (change !== undefined) changes.push(change);
  if (isWritten) tally.texts.set(text, where);
}

/** The arguments with that text as what is written, and files and names of their own for moves. */
function marked(
  input: Input,
  { text, root, tally }: { readonly text: string; readonly root: string; readonly tally: Tally },
): { readonly given: unknown; readonly isWritten: boolean } {
  const plain = JSON.stringify(input);
  // with the old text in it, so that there is something to edit again
  const content = "patch" in input ? text : `${INSIDE} ${text}`;
  const [from = "", to = ""] = [FILLERS["from"], FILLERS["to"]];
  if (plain.includes(from)) {
    writeFileSync(join(root, `from-${text}.txt`), text);
    tally.texts.set(text, plain);
  }
  const spelled = plain
    .replaceAll(DAMAGE, input["as"] === "base64" ? Buffer.from(content).toString("base64") : content)
    .replaceAll(CHANGE, changes.at(-1 - (calls % 5)) ?? "00000000")
    .replaceAll(to, `moved/${text}.txt`)
    .replaceAll(from, `from-${text}.txt`);
  return { given: JSON.parse(spelled), isWritten: plain.includes(DAMAGE) };
}

/** All that lies beside the root and above it. */
function around({ root }: Ground): Seen[] {
  return snapshot(dirname(root), [root]);
}

/** Texts that were inside and are neither there nor in the trash, and how many of the planted files are gone. */
function lost({ root }: Ground, { texts, planted }: Tally & Ended): { texts: string[]; planted: number } {
  const files = snapshot(root).filter(({ kind }) => kind === "file");
  const there = files.map(({ content }) => content).join("\n");
  const known = new Set(
    files.filter(({ content }) => content === INSIDE).map(({ facts }) => facts.split(" ")[1]),
  );
  return {
    texts: [...texts].flatMap(([text, call]) => (there.includes(text) ? [] : [`${text}: ${call}`])),
    planted: Math.max(0, planted - known.size),
  };
}

describe("while directories and files are exchanged with links to the outside", () => {
  test(
    "handles never change anything outside, and nothing inside is lost",
    { timeout: 120_000 },
    async () => {
      await using ground = await temporary();
      const ended = await attack(ground, { containment: "handles" });
      console.log(
        `handles: ${JSON.stringify(ended.worked)}, ${calls} calls, ${ended.exchanges} exchanges, ${ended.planted} planted`,
      );
      expect(ended.damage).toEqual([]);
      expect(lost(ground, ended)).toEqual({ texts: [], planted: 0 });
      expect(ended.exchanges).toBeGreaterThan(100);
      for (const count of Object.values(ended.worked)) expect(count).toBeGreaterThanOrEqual(3);
    },
  );

  test("nor when the trash is exchanged as well", { timeout: 120_000 }, async () => {
    await using ground = await temporary();
    const ended = await attack(ground, { containment: "handles", withTrash: true, ms: 3_000 });
    console.log(`handles, trash: ${JSON.stringify(ended.worked)}, ${ended.exchanges} exchanges`);
    expect(ended.damage).toEqual([]);
    expect(lost(ground, ended)).toEqual({ texts: [], planted: 0 });
  });

  test("comparison fails closed or loses, and says how often it lost", { timeout: 120_000 }, async () => {
    await using ground = await temporary();
    const ended = await attack(ground, { containment: "compare", ms: 3_000 });
    const gone = lost(ground, ended);
    console.log(
      `compare: ${JSON.stringify(ended.worked)}, ${ended.exchanges} exchanges; outside changed ${ended.damage.length} times; ` +
        `inside lost ${gone.texts.length + gone.planted} files\n${ended.damage.slice(0, 3).join("\n")}`,
    );
    expect(ended.exchanges).toBeGreaterThan(100);
  });
});
