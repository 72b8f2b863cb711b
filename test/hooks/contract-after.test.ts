import { describe, expect, test } from "vitest";
import { hooked, on, type Hooked } from "../support/hooked.ts";
import { answerOf, LANGUAGES, lastRun, saidIn, scriptIn, writeScripts, type Act } from "./scripted.ts";

/** What a caller sees of a call that ran: the tool's own text, or what a hook put in its place. */
interface Seen {
  readonly text: string;
  readonly error?: string;
  readonly stop?: string;
  readonly says?: readonly string[];
  readonly result: string;
}

type Table = Readonly<Record<string, readonly [Act, Seen]>>;

const json = JSON.stringify;

function specific(event: string, fields: Readonly<Record<string, unknown>>): string {
  return json({ hookSpecificOutput: { hookEventName: event, ...fields } });
}

const LATE = "(after the call, which was done already)";
const OWN = { text: "the tool's own" };
const post = (fields: Readonly<Record<string, unknown>>): string => specific("PostToolUse", fields);

const POST: Table = {
  silent: [{}, { ...OWN, result: "ok" }],
  words: [{ out: "formatted 1 file" }, { ...OWN, result: "ok" }],
  exit2: [
    { code: 2, err: "two errors" },
    { ...OWN, says: [`${LATE} two errors`], result: "block" },
  ],
  exit2Unsaid: [
    { code: 2 },
    { ...OWN, says: [`${LATE} exit code 2, and no reason was given`], result: "block" },
  ],
  block: [
    { out: json({ decision: "block", reason: "two errors" }) },
    { ...OWN, says: [`${LATE} two errors`], result: "block" },
  ],
  blockAndContext: [
    {
      out: json({
        decision: "block",
        reason: "two errors",
        hookSpecificOutput: { hookEventName: "PostToolUse", additionalContext: "run the linter" },
      }),
    },
    { ...OWN, says: [`${LATE} two errors`, "run the linter"], result: "block" },
  ],
  approve: [{ out: json({ decision: "approve" }) }, { ...OWN, result: "ok" }],
  context: [
    { out: post({ additionalContext: "by the way" }) },
    { ...OWN, says: ["by the way"], result: "ok" },
  ],
  replaced: [{ out: post({ updatedToolOutput: "another" }) }, { text: "another", result: "ok" }],
  replacedParts: [
    { out: post({ updatedToolOutput: [{ type: "text", text: "another" }] }) },
    { text: "another", result: "ok" },
  ],
  replacedContent: [
    { out: post({ updatedToolOutput: { content: [{ type: "text", text: "another" }] } }) },
    { text: "another", result: "ok" },
  ],
  replacedOld: [{ out: post({ updatedMCPToolOutput: "another" }) }, { text: "another", result: "ok" }],
  replacedEmpty: [{ out: post({ updatedToolOutput: "" }) }, { text: "", result: "ok" }],
  noAnswer: [{ out: post({ updatedToolOutput: { no: "answer" } }) }, { ...OWN, result: "ok" }],
  stop: [
    { out: json({ continue: false, stopReason: "enough" }) },
    { ...OWN, error: "denied", stop: "enough", result: "stop" },
  ],
  message: [{ out: json({ systemMessage: "for the person" }) }, { ...OWN, result: "ok" }],
  deny: [{ out: post({ permissionDecision: "deny" }) }, { ...OWN, result: "ok" }],
  exit1: [
    { code: 1, err: "oops" },
    { ...OWN, result: "failed: exit code 1: oops" },
  ],
  killed: [{ code: "kill" }, { ...OWN, result: "failed: ended by a signal" }],
  half: [{ out: '{"decision":"block"' }, { ...OWN, result: "failed: invalid JSON at line 1, column 20" }],
  noise: [
    { out: `noise\n${json({ decision: "block", reason: "x" })}` },
    {
      ...OWN,
      result:
        "failed: its JSON was not read, since text comes before it: print nothing but the object on standard output",
    },
  ],
};

const FAILURE: Table = {
  silent: [{}, { ...OWN, error: "not_found", result: "ok" }],
  words: [{ out: "words" }, { ...OWN, error: "not_found", result: "ok" }],
  context: [
    { out: specific("PostToolUseFailure", { additionalContext: "look in docs/" }) },
    { ...OWN, error: "not_found", says: ["look in docs/"], result: "ok" },
  ],
  exit2: [
    { code: 2, err: "I saw it" },
    { ...OWN, error: "not_found", says: ["I saw it"], result: "block" },
  ],
  stop: [
    { out: json({ continue: false, stopReason: "enough" }) },
    { ...OWN, error: "not_found", stop: "enough", result: "stop" },
  ],
  exit1: [
    { code: 1, err: "oops" },
    { ...OWN, error: "not_found", result: "failed: exit code 1: oops" },
  ],
  otherEvent: [
    { out: post({ additionalContext: "for another event" }) },
    {
      ...OWN,
      error: "not_found",
      result:
        "failed: hookSpecificOutput is about another event and was ignored: hookEventName must be PostToolUseFailure",
    },
  ],
};

const FEW = new Set(["silent", "exit2", "block", "context", "replaced", "stop", "exit1", "half", "killed"]);

function pick(table: Table, language: string): Table {
  return Object.fromEntries(Object.entries(table).filter(([name]) => language === "bash" || FEW.has(name)));
}

/** The answer to one call about a file that is called as the case is. */
async function seenBy(here: Hooked, tool: "write_file" | "read_file", name: string): Promise<Seen> {
  const input = { path: `${name}.txt`, ...(tool === "write_file" ? { content: "x" } : {}) };
  const { error, stop, text } = await answerOf(here, tool, { input });
  const said = saidIn(text);
  const [own = ""] = text.split(/^\[hook /mu);
  const isOwn = own.includes(`created ${name}.txt`) || own.startsWith("not_found: ");
  return {
    text: isOwn ? OWN.text : own.trim(),
    ...(error === undefined ? {} : { error }),
    ...(stop === undefined ? {} : { stop: saidIn(stop).join() }),
    ...(said.length === 0 ? {} : { says: said }),
    result: (await lastRun(here)).replace(/^\S+ \S+ as \w+: /u, ""),
  };
}

async function seenByAll(here: Hooked, tool: "write_file" | "read_file", table: Table): Promise<unknown> {
  await writeScripts(here, Object.fromEntries(Object.entries(table).map(([name, [act]]) => [name, act])));
  const seen: Record<string, Seen> = {};
  for (const name of Object.keys(table)) seen[name] = await seenBy(here, tool, name);
  return seen;
}

function expectedOf(table: Table): unknown {
  return Object.fromEntries(Object.entries(table).map(([name, [, seen]]) => [name, seen]));
}

describe.each(LANGUAGES)("a hook written in %s", (language) => {
  test.each([{}, { onFailure: "block" }])("says after a call what its contract says (%o)", async (more) => {
    const table = pick(POST, language);
    await using here = await hooked({ home: { PostToolUse: [on("Write", scriptIn(language), more)] } });
    const seen = await seenByAll(here, "write_file", table);
    if (more.onFailure === undefined) expect(seen).toEqual(expectedOf(table));
    else expect(seen).toEqual(blockedByFailure(table));
  });

  test("says to a failure what its contract says", async () => {
    const table = pick(FAILURE, language);
    await using here = await hooked({ home: { PostToolUseFailure: [on("Read", scriptIn(language))] } });
    expect(await seenByAll(here, "read_file", table)).toEqual(expectedOf(table));
  });
});

/** With `onFailure: block` a hook that failed is like one that ended with exit code 2. */
function blockedByFailure(table: Table): unknown {
  return Object.fromEntries(
    Object.entries(table).map(([name, [, seen]]) => {
      if (!seen.result.startsWith("failed: ")) return [name, seen];
      const why = seen.result.slice("failed: ".length);
      return [name, { ...seen, says: [`${LATE} this hook failed, and its failure blocks: ${why}`] }];
    }),
  );
}
