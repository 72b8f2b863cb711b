import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EVENTS, isEventName } from "../../../hooks/config/events.ts";
import type { HookDecision, Outcome } from "../../../hooks/outcome.ts";
import { combine, type Said } from "../../../hooks/say/combine.ts";

const EVERY = Object.keys(EVENTS).filter(isEventName);

function says(outcome: Partial<Outcome>, source = "hooks.json:1"): Said {
  return { source, outcome: { status: "ok", context: [], problems: [], ...outcome } };
}

const silent = { decision: "none", by: [], notes: [], systemMessages: [], problems: [] };

test("nobody and somebody silent say nothing", () => {
  for (const event of EVERY) {
    expect(combine(event, [])).toEqual(silent);
    expect(combine(event, [says({}), says({})])).toEqual(silent);
  }
});

describe("decisions", () => {
  test.each<[readonly HookDecision[], string]>([
    [["allow"], "allow"],
    [["ask"], "ask"],
    [["deny"], "deny"],
    [["defer"], "none"],
    [["allow", "defer"], "none"],
    [["defer", "ask", "allow"], "ask"],
    [["ask", "deny", "allow"], "deny"],
    [["deny", "defer"], "deny"],
  ])("%j together are %s", (decisions, decision) => {
    const together = combine(
      "PreToolUse",
      decisions.map((each) => says({ decision: each })),
    );
    expect(together.decision).toBe(decision);
  });

  test("the reasons are those of the decision that counts, each with its source", () => {
    const said = [
      says({ decision: "deny", reason: "frozen until Monday " }, "a:1"),
      says({ decision: "ask", reason: "sure?" }, "b:2"),
      says({ status: "failed", decision: "deny" }, "c:3"),
      says({ decision: "allow", reason: "fine" }, "d:4"),
    ];
    expect(combine("PreToolUse", said)).toEqual({
      ...silent,
      decision: "deny",
      by: ["a:1", "c:3"],
      reason: "[hook a:1] frozen until Monday\n[hook c:3] no reason was given",
    });
  });

  test("a stop outdoes every decision, and its text is the reason", () => {
    const said = [
      says({ decision: "deny", reason: "no" }, "a:1"),
      says({ stop: "budget spent" }, "b:2"),
      says({ stop: "" }, "c:3"),
    ];
    const stop = "[hook b:2] budget spent\n[hook c:3] no reason was given";
    expect(combine("PreToolUse", said)).toEqual({
      ...silent,
      decision: "deny",
      by: ["b:2", "c:3"],
      reason: stop,
      stop,
    });
  });
});

describe("texts", () => {
  test("every context is kept in order with its source, and equal ones of one source once", () => {
    const said = [
      says({ context: ["use tabs"] }, "b:2"),
      says({ context: ["use tabs"] }, "b:2"),
      says({ context: ["be brief"] }, "a:1"),
    ];
    expect(combine("PreToolUse", said).notes).toEqual(["[hook b:2] use tabs", "[hook a:1] be brief"]);
  });

  test("a block after the call says that the call was done already", () => {
    const blocked = says({ status: "blocked", reason: "lint fails", context: ["see the log"] });
    expect(combine("PostToolUse", [blocked])).toEqual({
      ...silent,
      notes: [
        "[hook hooks.json:1] (after the call, which was done already) lint fails",
        "[hook hooks.json:1] see the log",
      ],
    });
    expect(combine("PostToolUseFailure", [blocked]).notes[0]).toBe("[hook hooks.json:1] lint fails");
    expect(combine("PreToolUse", [blocked]).notes).toEqual(["[hook hooks.json:1] see the log"]);
  });

  test("a message for the person keeps its lines and loses its tricks", () => {
    const { systemMessages } = combine("Stop", [says({ systemMessage: "done\r\n\u001B[2Jnot \u202Edone" })]);
    expect(systemMessages).toEqual([String.raw`[hook hooks.json:1] done${"\n  "}\u{1b}[2Jnot \u{202e}done`]);
  });

  test("a short text stays whole beside a long one, which says what is missing", () => {
    const { notes } = combine("PreToolUse", [
      says({ context: ["x".repeat(60_000)] }, "a:1"),
      says({ context: ["short"] }, "b:2"),
    ]);
    expect(notes[0]).toMatch(/^\[hook a:1\] x+ \[50\d\d\d of 60011 characters left out\]$/u);
    expect(notes[1]).toBe("[hook b:2] short");
    expect(notes.join("\n").length).toBeGreaterThan(9_900);
  });

  test("a crowd of hooks is cut fairly and counted", () => {
    const said = Array.from({ length: 500 }, (_, at) => says({ context: ["y".repeat(1_000)] }, `f:${at}`));
    const { notes } = combine("PreToolUse", said);
    expect(notes).toHaveLength(51);
    expect(notes.at(-1)).toBe("[450 more texts of hooks left out]");
    expect(new Set(notes.slice(0, 50).map(({ length }) => length)).size).toBe(1);
  });

  test("problems carry their source, once each, and are counted when they are too many", () => {
    const said = [
      says({ problems: ["exit code 1"] }, "a:1"),
      says({ problems: ["exit code 1"] }, "a:1"),
      says({ problems: ["exit code 1"] }, "b:2"),
    ];
    expect(combine("Stop", said).problems).toEqual(["a:1: exit code 1", "b:2: exit code 1"]);
    const many = Array.from({ length: 300 }, (_, at) => says({ problems: [`p${at}`] }));
    expect(combine("Stop", many).problems.at(-1)).toBe("203 more problems of hooks");
  });
});

describe("a new input", () => {
  const wants = (path: string, source: string, decision?: HookDecision): Said =>
    says({ updatedInput: { path }, ...(decision === undefined ? {} : { decision }) }, source);

  test("of several the last configured one counts, and that is said", () => {
    expect(combine("PreToolUse", [wants("a", "a:1", "allow"), says({}), wants("b", "b:2")])).toEqual({
      ...silent,
      decision: "allow",
      updatedInput: { value: { path: "b" }, by: 2 },
      problems: ["b:2: its new input counts, as the last one configured, and not that of a:1"],
    });
  });

  test("hooks that want the same do not disagree", () => {
    const { updatedInput, problems } = combine("PreToolUse", [wants("a", "a:1"), wants("a", "b:2")]);
    expect({ updatedInput, problems }).toEqual({
      updatedInput: { value: { path: "a" }, by: 1 },
      problems: [],
    });
  });

  test("of a hook that asks it counts, of one that denies or beside a denial it does not", () => {
    expect(combine("PreToolUse", [wants("a", "a:1", "ask")])).toMatchObject({
      decision: "ask",
      updatedInput: { value: { path: "a" } },
    });
    expect(combine("PreToolUse", [wants("a", "a:1", "deny")])).not.toHaveProperty("updatedInput");
    expect(combine("PreToolUse", [wants("a", "a:1"), says({ decision: "deny" })])).not.toHaveProperty(
      "updatedInput",
    );
    expect(combine("PreToolUse", [wants("a", "a:1"), says({ stop: "" })])).not.toHaveProperty("updatedInput");
  });

  test("a new answer follows the same rule", () => {
    const said = [says({ updatedOutput: "first" }, "a:1"), says({ updatedOutput: ["last"] }, "b:2")];
    expect(combine("PostToolUse", said)).toMatchObject({
      updatedOutput: { value: ["last"], by: 1 },
      problems: ["b:2: its new answer counts, as the last one configured, and not that of a:1"],
    });
  });
});

describe("any outcomes", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({ unit: "binary", minLength: 500, maxLength: 9_000 }),
  );
  const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
  const outcome = fc
    .record({
      status: fc.constantFrom<Outcome["status"]>("ok", "blocked", "failed"),
      decision: optional(fc.constantFrom<HookDecision>("allow", "ask", "deny", "defer")),
      reason: optional(text),
      stop: fc.option(text, { nil: undefined, freq: 1 }),
      context: fc.array(text, { maxLength: 2 }),
      systemMessage: optional(text),
      updatedInput: optional(fc.dictionary(fc.string(), fc.integer(), { maxKeys: 2 })),
      problems: fc.array(fc.string(), { maxLength: 3 }),
    })
    .map((fields): Outcome => JSON.parse(JSON.stringify(fields)));
  const outcomes = fc.array(outcome, { maxLength: 8 });
  const event = fc.constantFrom(...EVERY);
  const label = (all: readonly Outcome[]): Said[] =>
    all.map((each, at) => ({ source: `f:${at}`, outcome: each }));

  test("the decision does not depend on the order, nor who has a word in it", () => {
    const shuffled = outcomes.chain((all) =>
      fc.tuple(fc.constant(label(all)), fc.shuffledSubarray(label(all), { minLength: all.length })),
    );
    fc.assert(
      fc.property(event, shuffled, (name, [said, otherwise]) => {
        const [one, other] = [combine(name, said), combine(name, otherwise)];
        expect(other.decision).toBe(one.decision);
        expect(other.stop === undefined).toBe(one.stop === undefined);
        expect(other.updatedInput === undefined).toBe(one.updatedInput === undefined);
        expect([...other.notes].toSorted()).toEqual([...one.notes].toSorted());
        expect([...other.systemMessages].toSorted()).toEqual([...one.systemMessages].toSorted());
      }),
    );
  });

  test("to say the same thing again changes nothing", () => {
    fc.assert(
      fc.property(event, outcomes, (name, all) => {
        const said = label(all);
        const [{ updatedInput: one, ...once }, { updatedInput: two, ...twice }] = [
          combine(name, said),
          combine(name, [...said, ...said]),
        ];
        expect({ ...twice, input: two?.value }).toEqual({ ...once, input: one?.value });
      }),
    );
  });

  test("a denial or a stop is never lost, and no other word becomes one", () => {
    fc.assert(
      fc.property(event, outcomes, (name, all) => {
        const refused = all.some(({ decision, stop }) => decision === "deny" || stop !== undefined);
        expect(combine(name, label(all)).decision === "deny").toBe(refused);
      }),
    );
  });

  test("texts are bounded and never torn inside a character", () => {
    const torn = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/u;
    fc.assert(
      fc.property(event, outcomes, (name, all) => {
        const { notes, systemMessages, reason = "", stop = "" } = combine(name, label(all));
        for (const each of [notes.join("\n"), systemMessages.join("\n"), reason, stop]) {
          expect(each.length).toBeLessThanOrEqual(10_000);
          expect(torn.test(each)).toBe(false);
        }
      }),
    );
  });

  test("text that comes with half characters is bounded too", () => {
    const half = fc.string({ unit: fc.constantFrom("\uD83D", "\uDE00", "a"), maxLength: 12_000 });
    fc.assert(
      fc.property(fc.array(half, { maxLength: 4 }), (context) => {
        expect(combine("Stop", [says({ context })]).notes.join("").length).toBeLessThanOrEqual(10_000);
      }),
      { numRuns: 30 },
    );
  });
});
