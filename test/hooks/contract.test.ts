import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { hooked, on, type Hooked } from "../support/hooked.ts";
import {
  answerOf,
  LANGUAGES,
  lastRun,
  saidIn,
  scriptIn,
  writeScripts,
  type Act,
  type Language,
} from "./scripted.ts";

/** What a caller sees of a call of write_file with `theirs` as the text: which text the file holds, if any. */
interface Seen {
  readonly file?: string;
  readonly error?: string;
  readonly stop?: string;
  /** What hooks said, without their origin. */
  readonly says?: readonly string[];
  /** How the record puts it. */
  readonly result: string;
}

const json = JSON.stringify;
const FAIL = /^failed: /u;
const BOM = "\uFEFF";
const FLOOD = 5_000_000;

function pre(fields: Readonly<Record<string, unknown>>): string {
  return json({ hookSpecificOutput: { hookEventName: "PreToolUse", ...fields } });
}

const RUNS = { file: "mine" };
const DENIED = { error: "denied" };

/** What PreToolUse's outputs and endings come to, each alone: `failed` where only that is said. */
const PRE: Readonly<Record<string, readonly [Act, Seen]>> = {
  silent: [{}, { ...RUNS, result: "ok" }],
  words: [{ out: "just some words\n" }, { ...RUNS, result: "ok" }],
  emptyObject: [{ out: "{}" }, { ...RUNS, result: "ok" }],
  allow: [{ out: pre({ permissionDecision: "allow" }) }, { ...RUNS, result: "allow" }],
  deny: [
    { out: pre({ permissionDecision: "deny", permissionDecisionReason: "not here" }) },
    { ...DENIED, says: ["not here"], result: "deny" },
  ],
  denyUnsaid: [
    { out: pre({ permissionDecision: "deny" }) },
    { ...DENIED, says: ["no reason was given"], result: "deny" },
  ],
  ask: [
    { out: pre({ permissionDecision: "ask", permissionDecisionReason: "sure?" }) },
    { ...DENIED, says: ["sure?; this client cannot ask"], result: "ask" },
  ],
  defer: [{ out: pre({ permissionDecision: "defer" }) }, { ...RUNS, result: "defer" }],
  oldBlock: [
    { out: json({ decision: "block", reason: "the old way" }) },
    { ...DENIED, says: ["the old way"], result: "deny" },
  ],
  oldApprove: [{ out: json({ decision: "approve", reason: "fine" }) }, { ...RUNS, result: "allow" }],
  blockBeatsAllow: [
    {
      out: json({
        decision: "block",
        reason: "no",
        hookSpecificOutput: { hookEventName: "PreToolUse", permissionDecision: "allow" },
      }),
    },
    { ...DENIED, says: ["no"], result: "deny" },
  ],
  context: [
    { out: pre({ additionalContext: "mind the gap" }) },
    { ...RUNS, says: ["mind the gap"], result: "ok" },
  ],
  rewrite: [
    { out: pre({ updatedInput: { file_path: "rewrite.txt", content: "theirs" } }) },
    { file: "theirs", result: "ok" },
  ],
  rewriteDenied: [
    { out: pre({ permissionDecision: "deny", updatedInput: { file_path: "x.txt", content: "theirs" } }) },
    { ...DENIED, says: ["no reason was given"], result: "deny" },
  ],
  message: [{ out: json({ systemMessage: "for the person" }) }, { ...RUNS, result: "ok" }],
  quiet: [{ out: json({ suppressOutput: true }) }, { ...RUNS, result: "ok" }],
  goOn: [{ out: json({ continue: true }) }, { ...RUNS, result: "ok" }],
  stop: [
    { out: json({ continue: false, stopReason: "enough" }) },
    { ...DENIED, stop: "enough", says: ["enough"], result: "stop" },
  ],
  stopUnsaid: [
    { out: json({ continue: false }) },
    { ...DENIED, stop: "no reason was given", says: ["no reason was given"], result: "stop" },
  ],
  stopBeatsAllow: [
    {
      out: json({
        continue: false,
        stopReason: "enough",
        hookSpecificOutput: { hookEventName: "PreToolUse", permissionDecision: "allow" },
      }),
    },
    { ...DENIED, stop: "enough", says: ["enough"], result: "stop" },
  ],
  unnamed: [
    { out: json({ hookSpecificOutput: { permissionDecision: "deny", permissionDecisionReason: "no" } }) },
    { ...DENIED, says: ["no"], result: "deny" },
  ],
  hostFields: [
    { out: json({ terminalSequence: "\u001B]0;x\u0007", invented: 1 }) },
    { ...RUNS, result: "ok" },
  ],
  array: [{ out: json([{ decision: "block" }]) }, { ...RUNS, result: "ok" }],
  string: [{ out: json("deny") }, { ...RUNS, result: "ok" }],
  bom: [
    { out: `${BOM}${pre({ permissionDecision: "deny", permissionDecisionReason: "no" })}` },
    { ...DENIED, says: ["no"], result: "deny" },
  ],
  spaced: [
    { out: `\n\n  ${json({ decision: "block", reason: "no" })}\n\n` },
    { ...DENIED, says: ["no"], result: "deny" },
  ],
  exit2: [
    { code: 2, err: "go away\n" },
    { ...DENIED, says: ["go away"], result: "deny" },
  ],
  exit2Unsaid: [{ code: 2 }, { ...DENIED, says: ["exit code 2, and no reason was given"], result: "deny" }],
  exit2Json: [
    { code: 2, out: json({ decision: "block", reason: "as JSON" }) },
    { ...DENIED, says: ["as JSON"], result: "deny" },
  ],
  exit2Allow: [
    { code: 2, err: "go away", out: pre({ permissionDecision: "allow" }) },
    { ...DENIED, says: ["go away"], result: "deny" },
  ],
  exit2Words: [
    { code: 2, out: "on the wrong stream" },
    { ...DENIED, says: ["exit code 2, and no reason was given"], result: "deny" },
  ],
};

/** What keeps a hook from saying anything that counts, and how the record puts it. */
const FAILING: Readonly<Record<string, readonly [Act, string]>> = {
  exit1: [{ code: 1, err: "oops\nand more" }, "failed: exit code 1: oops"],
  exit3: [{ code: 3 }, "failed: exit code 3"],
  exit1Deny: [{ code: 1, out: pre({ permissionDecision: "deny" }) }, "failed: exit code 1"],
  exit126: [{ code: 126 }, "failed: exit code 126 (found, but it cannot be executed)"],
  exit127: [
    { code: 127, err: "prettier: command not found" },
    "failed: exit code 127 (a program was not found): prettier: command not found",
  ],
  exit255: [{ code: 255 }, "failed: exit code 255"],
  killed: [{ code: "kill" }, "failed: ended by a signal"],
  half: [{ out: '{"decision": "block", "rea' }, "failed: invalid JSON at line 1, column 23"],
  twoObjects: [
    { out: '{"decision":"block"}\n{"decision":"block"}' },
    "failed: invalid JSON at line 2, column 1",
  ],
  noise: [
    { out: `loading...\n${json({ decision: "block", reason: "no" })}` },
    "failed: its JSON was not read, since text comes before it: print nothing but the object on standard output",
  ],
  flood: [{ out: "x".repeat(FLOOD) }, "failed: it printed more than is kept, so that was not understood"],
  floodJson: [
    { out: json({ decision: "block", reason: "x".repeat(FLOOD) }) },
    "failed: it printed more than is kept, so that was not understood",
  ],
  deep: [
    { out: `{"a":${"[".repeat(9_000)}${"]".repeat(9_000)}}` },
    "failed: JSON nested deeper than 64 levels",
  ],
  wrongDecision: [
    { out: json({ decision: "deny" }) },
    'failed: decision is "deny", and not approve or block',
  ],
  wrongPermission: [
    { out: pre({ permissionDecision: "DENY" }) },
    'failed: permissionDecision is "DENY", and not one of allow, deny, ask, defer',
  ],
  permissionTrue: [
    { out: pre({ permissionDecision: true }) },
    "failed: permissionDecision is true, and not one of allow, deny, ask, defer",
  ],
  wrongContinue: [{ out: json({ continue: "false" }) }, 'failed: continue is "false", and not true or false'],
  wrongInput: [
    { out: pre({ updatedInput: ["a"] }) },
    "failed: updatedInput must be an object: the whole input",
  ],
  wrongSpecific: [
    { out: json({ hookSpecificOutput: "deny" }) },
    "failed: hookSpecificOutput must be an object",
  ],
  otherEvent: [
    { out: json({ hookSpecificOutput: { hookEventName: "PostToolUse", permissionDecision: "deny" } }) },
    "failed: hookSpecificOutput is about another event and was ignored: hookEventName must be PreToolUse",
  ],
};

/** Wrong types that decide nothing: told to the person, and everything else still counts. */
const SLIGHT: Readonly<Record<string, readonly [Act, Seen]>> = {
  wrongContext: [{ out: pre({ additionalContext: { a: 1 } }) }, { ...RUNS, result: "ok" }],
  wrongMessage: [{ out: json({ systemMessage: 7 }) }, { ...RUNS, result: "ok" }],
  wrongReason: [
    { out: pre({ permissionDecision: "deny", permissionDecisionReason: 7 }) },
    { ...DENIED, says: ["no reason was given"], result: "deny" },
  ],
  nullReason: [
    { out: json({ decision: "block", reason: null }) },
    { ...DENIED, says: ["no reason was given"], result: "deny" },
  ],
};

type Table = Readonly<Record<string, readonly [Act, Seen]>>;

function actsOf(table: Readonly<Record<string, readonly [Act, unknown]>>): Record<string, Act> {
  return Object.fromEntries(Object.entries(table).map(([name, [act]]) => [name, act]));
}

async function seenBy(here: Hooked, name: string): Promise<Seen> {
  const path = `${name}.txt`;
  const { error, stop, text } = await answerOf(here, "write_file", { input: { path, content: "mine" } });
  const said = saidIn(text);
  const file = join(here.root, path);
  return {
    ...(existsSync(file) ? { file: await readFile(file, "utf8") } : {}),
    ...(error === undefined ? {} : { error }),
    ...(stop === undefined ? {} : { stop: saidIn(stop).join() }),
    ...(said.length === 0 ? {} : { says: said }),
    result: (await lastRun(here)).replace(/^PreToolUse filesystem\.write_file as Write: /u, ""),
  };
}

async function seenByAll(here: Hooked, names: readonly string[]): Promise<Record<string, Seen>> {
  const seen: Record<string, Seen> = {};
  for (const name of names) seen[name] = await seenBy(here, name);
  return seen;
}

function expectedOf(table: Table): Record<string, Seen> {
  return Object.fromEntries(Object.entries(table).map(([name, [, seen]]) => [name, seen]));
}

/** The cases of a slow language: every ending and every kind of word once. */
const FEW = ["silent", "allow", "deny", "ask", "rewrite", "stop", "bom", "exit2", "exit2Allow", "oldBlock"];
const FEW_FAILING = ["exit1", "exit127", "killed", "half", "noise", "flood", "wrongPermission"];

function cut<Row>(
  table: Readonly<Record<string, Row>>,
  names: readonly string[],
  language: Language,
): Record<string, Row> {
  return Object.fromEntries(
    Object.entries(table).filter(([name]) => language === "bash" || names.includes(name)),
  );
}

describe.each(LANGUAGES)("a guard written in %s", (language) => {
  const command = scriptIn(language);
  const said = { ...cut(PRE, FEW, language), ...cut(SLIGHT, [], language) };
  const failing = cut(FAILING, FEW_FAILING, language);
  const acts = { ...actsOf(said), ...actsOf(failing) };

  test("says before a call what its contract says", async () => {
    await using here = await hooked({ home: { PreToolUse: [on("Write", command)] } });
    await writeScripts(here, acts);
    expect(await seenByAll(here, Object.keys(said))).toEqual(expectedOf(said));
  });

  test("that fails lets the call through, on record", async () => {
    await using here = await hooked({ home: { PreToolUse: [on("Write", command)] } });
    await writeScripts(here, acts);
    const wanted = Object.entries(failing).map(([name, [, result]]) => [name, { ...RUNS, result }]);
    expect(await seenByAll(here, Object.keys(failing))).toEqual(Object.fromEntries(wanted));
  });

  test.each([
    ["onFailure: block", { more: { onFailure: "block" }, flags: {} }],
    ["hooks.failClosed", { more: {}, flags: { "hooks.failClosed": true } }],
  ])("that fails denies the call with %s, and whatever it says by itself stays the same", async (_, how) => {
    const { more, flags } = how;
    await using here = await hooked({ home: { PreToolUse: [on("Write", command, more)] }, flags });
    await writeScripts(here, acts);
    const wanted = Object.entries(failing).map(([name, [, result]]): [string, Seen] => [
      name,
      { ...DENIED, says: [`this hook failed, and its failure blocks: ${result.replace(FAIL, "")}`], result },
    ]);
    expect(await seenByAll(here, Object.keys(failing))).toEqual(Object.fromEntries(wanted));
    const few = Object.fromEntries(Object.entries(said).filter(([name]) => FEW.includes(name)));
    expect(await seenByAll(here, Object.keys(few))).toEqual(expectedOf(few));
  });

  test("that hangs is ended at its time limit, and its group with it", async () => {
    await using here = await hooked({
      home: { PreToolUse: [on("Write", command, { timeout: 0.4, onFailure: "block" })] },
    });
    await writeScripts(here, { hang: { out: pre({ permissionDecision: "allow" }), code: "hang" } });
    const { says, ...seen } = await seenBy(here, "hang");
    expect(seen).toEqual({
      ...DENIED,
      result: expect.stringMatching(/^failed: still running at its time limit/u),
    });
    expect(says).toHaveLength(1);
    expect(processesNaming(here.root)).toEqual([]);
  });
});

/** Command lines of processes that work for this project. */
function processesNaming(root: string): string[] {
  const lines = execFileSync("ps", ["-eo", "args"], { encoding: "utf8" }).split("\n");
  return lines.filter((line) => line.includes(dirname(root)));
}
