import fc from "fast-check";
import { expect, test } from "vitest";
import { EVENTS, factsOf, isEventName, type EventName } from "../../../hooks/config/events.ts";
import type { HandlerRun, Outcome } from "../../../hooks/outcome.ts";
import { combine } from "../../../hooks/say/combine.ts";
import { toHostOutput } from "../../../hooks/say/host-output.ts";
import { hear, hearSpecific, judge } from "./runs.ts";

const EVERY = Object.keys(EVENTS).filter(isEventName);
const NO_CONTEXT = [
  "PermissionRequest",
  "PermissionDenied",
  "SessionEnd",
  "StopFailure",
  "PreCompact",
  "PostCompact",
] as const;

function tell(event: EventName, ...outcomes: readonly Outcome[]): Record<string, unknown> {
  const said = outcomes.map((outcome, at) => ({ source: `f:${at + 1}`, outcome }));
  return toHostOutput(event, combine(event, said), outcomes);
}

test.each(EVERY)("%s: nothing said is an empty object", (event) => {
  expect(tell(event)).toEqual({});
  expect(tell(event, judge(event, {}), hear(event, { suppressOutput: true }))).toEqual({});
});

test("a failure that blocks nothing is nothing to a host", () => {
  for (const event of EVERY.filter((each) => each !== "WorktreeCreate"))
    expect(tell(event, judge(event, { code: 1, stderr: "boom" }))).toEqual({});
});

test.each(["UserPromptSubmit", "UserPromptExpansion", "SessionStart"] as const)(
  "%s: plain text is context",
  (event) => {
    expect(
      tell(
        event,
        judge(event, { stdout: "On branch main\n" }),
        hearSpecific(event, { additionalContext: "be brief" }),
      ),
    ).toEqual({
      hookSpecificOutput: {
        hookEventName: event,
        additionalContext: "[hook f:1] On branch main\n\n[hook f:2] be brief",
      },
    });
  },
);

test.each(NO_CONTEXT)("%s: where a host takes no context the person is told", (event) => {
  expect(tell(event, hearSpecific(event, { additionalContext: "be brief" }))).toEqual({
    systemMessage: "[hook f:1] be brief",
  });
});

test.each(EVERY.filter((event) => factsOf(event).blocks))("%s: a block is a block", (event) => {
  const reason = "[hook f:1] tests fail";
  const expected =
    event === "PreToolUse" || event === "PreModelSwitch"
      ? {
          hookSpecificOutput: {
            hookEventName: event,
            permissionDecision: "deny",
            permissionDecisionReason: reason,
          },
        }
      : { decision: "block", reason };
  expect(tell(event, judge(event, { code: 2, stderr: "tests fail" }))).toEqual(expected);
  expect(tell(event, hear(event, { decision: "block", reason: "tests fail" }))).toEqual(expected);
});

test("a block after a call is one, with all that was said", () => {
  const late = "(after the call, which was done already)";
  expect(
    tell(
      "PostToolUse",
      judge("PostToolUse", { code: 2, stderr: "lint" }),
      hearSpecific("PostToolUse", { additionalContext: "x" }),
    ),
  ).toEqual({
    decision: "block",
    reason: `[hook f:1] ${late} lint\n\n[hook f:2] x`,
  });
});

test.each(EVERY)("%s: a stop is continue false, and outdoes a block", (event) => {
  const said = tell(
    event,
    hear(event, { continue: false, stopReason: "enough" }),
    judge(event, { code: 2, stderr: "no" }),
  );
  expect(said).toMatchObject({ continue: false, stopReason: "[hook f:1] enough" });
  expect(said).not.toHaveProperty("decision");
  expect(said).not.toHaveProperty("hookSpecificOutput.permissionDecision");
});

test("messages for the person come together", () => {
  expect(
    tell("Stop", hear("Stop", { systemMessage: "one" }), hear("Stop", { systemMessage: "two" })),
  ).toEqual({
    systemMessage: "[hook f:1] one\n[hook f:2] two",
  });
});

test.each(["allow", "ask", "deny", "defer"] as const)("PreToolUse: %s goes to the host as it is", (word) => {
  const outcome = hearSpecific("PreToolUse", { permissionDecision: word, permissionDecisionReason: "why" });
  const reason = word === "defer" ? {} : { permissionDecisionReason: "[hook f:1] why" };
  expect(tell("PreToolUse", outcome)).toEqual({
    hookSpecificOutput: { hookEventName: "PreToolUse", permissionDecision: word, ...reason },
  });
});

test("a new input and a new answer go to the host", () => {
  expect(tell("PreToolUse", hearSpecific("PreToolUse", { updatedInput: { a: 1 } }))).toEqual({
    hookSpecificOutput: { hookEventName: "PreToolUse", updatedInput: { a: 1 } },
  });
  expect(tell("PostToolUse", hearSpecific("PostToolUse", { updatedMCPToolOutput: "x" }))).toEqual({
    hookSpecificOutput: { hookEventName: "PostToolUse", updatedToolOutput: "x" },
  });
});

const handedOn: [EventName, Record<string, unknown>][] = [
  ["PostToolUse", { classifierContext: "safe" }],
  ["PermissionRequest", { decision: { behavior: "deny", message: "no", interrupt: true } }],
  ["PermissionDenied", { retry: true }],
  ["UserPromptSubmit", { sessionTitle: "t", suppressOriginalPrompt: true }],
  ["SessionStart", { initialUserMessage: "hi", sessionTitle: "t", watchPaths: ["/a"], reloadSkills: false }],
  ["WorktreeCreate", { worktreePath: "/tmp/tree" }],
  ["Elicitation", { action: "accept", content: { name: "x" } }],
  ["ElicitationResult", { action: "decline" }],
  ["CwdChanged", { watchPaths: ["/a"] }],
  ["FileChanged", { watchPaths: [] }],
  ["MessageDisplay", { displayContent: "x" }],
];

test.each(handedOn)("%s: %j is the host's", (event, fields) => {
  const expected = { hookSpecificOutput: { hookEventName: event, ...fields } };
  const outcome = hearSpecific(event, fields);
  expect(tell(event, outcome)).toEqual(expected);
  expect(tell(event, judge(event, {}), outcome, outcome)).toEqual(expected);
  expect(tell(event, hearSpecific(event, { unknown: 1, permissionDecision: "maybe" }))).not.toHaveProperty(
    "hookSpecificOutput.unknown",
  );
});

test("the path that WorktreeCreate prints is the host's too", () => {
  expect(tell("WorktreeCreate", judge("WorktreeCreate", { stdout: "/tmp/tree\n" }))).toEqual({
    hookSpecificOutput: { hookEventName: "WorktreeCreate", worktreePath: "/tmp/tree" },
  });
});

test("hooks that disagree about what only the host can use are not heeded, and that is said", () => {
  expect(
    tell(
      "Elicitation",
      hearSpecific("Elicitation", { action: "accept" }),
      hearSpecific("Elicitation", { action: "decline" }),
    ),
  ).toEqual({
    systemMessage: "hooks disagree about action, so none of them is heeded",
  });
});

test("what another event's output or an async hook says is not handed on", () => {
  const strange = hear("Elicitation", {
    hookSpecificOutput: { hookEventName: "ElicitationResult", action: "accept" },
  });
  const late = hearSpecific("Elicitation", { action: "accept" }, { async: true });
  expect(tell("Elicitation", strange, late)).toEqual({});
});

test("an output that is heard as one hook's says the same again", () => {
  const text = fc
    .string({ unit: "grapheme", minLength: 1, maxLength: 40 })
    .filter((each) => each.trim() !== "");
  const run = fc.oneof(
    fc.record({ code: fc.constantFrom(0, 1, 2), stdout: text, stderr: text }),
    fc
      .record(
        {
          decision: fc.constantFrom("approve", "block"),
          reason: text,
          continue: fc.boolean(),
          systemMessage: text,
        },
        { requiredKeys: [] },
      )
      .map((printed): Partial<HandlerRun> => ({ stdout: JSON.stringify(printed) })),
  );
  fc.assert(
    fc.property(fc.constantFrom(...EVERY), fc.array(run, { maxLength: 4 }), (event, runs) => {
      const outcomes = runs.map((each) => judge(event, each));
      const combined = combine(
        event,
        outcomes.map((outcome, at) => ({ source: `f:${at}`, outcome })),
      );
      const again = hear(event, toHostOutput(event, combined, outcomes));
      expect(again.problems.filter((problem) => !problem.includes("cannot be blocked"))).toEqual([]);
      expect(again.stop).toBe(combined.stop);
      if (combined.stop === undefined) expect(again.decision ?? "none").toBe(combined.decision);
      for (const note of combined.stop === undefined ? combined.notes : [])
        expect([again.reason, again.systemMessage, ...again.context].join("\n")).toContain(note.trim());
    }),
  );
});
