import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EVENTS, factsOf, isEventName, type EventName } from "../../../hooks/config/events.ts";
import type { HandlerRun, Outcome } from "../../../hooks/outcome.ts";
import { hear, hearSpecific, judge, runOf, withoutPrinted, type Judged } from "./runs.ts";

const EVERY = Object.keys(EVENTS).filter(isEventName);
const BLOCKING = EVERY.filter((event) => factsOf(event).blocks);
const OTHER = EVERY.filter((event) => !factsOf(event).blocks);
const TEXT_IS_CONTEXT: readonly EventName[] = ["UserPromptSubmit", "UserPromptExpansion", "SessionStart"];
const NEVER_BY_FAILURE: readonly EventName[] = ["Stop", "SubagentStop", "TaskCompleted", "TeammateIdle"];
const nothing: Outcome = { status: "ok", context: [], problems: [] };

describe("exit codes", () => {
  test.each(EVERY)("%s: exit code 0 and no output says nothing", (event) => {
    expect(judge(event, {})).toEqual(nothing);
    expect(judge(event, { stdout: " \n\t\uFEFF\n", stderr: "a warning" })).toEqual(nothing);
  });

  test.each(BLOCKING)("%s: exit code 2 blocks, and standard error is the reason", (event) => {
    expect(judge(event, { code: 2, stderr: "not in src/\nask first\n" })).toEqual({
      status: "blocked",
      decision: "deny",
      reason: "not in src/\nask first",
      context: [],
      problems: [],
    });
  });

  test.each(OTHER)("%s: exit code 2 blocks nothing, and standard error is told", (event) => {
    expect(judge(event, { code: 2, stderr: "unused import" })).toEqual({
      status: "blocked",
      reason: "unused import",
      context: [],
      problems:
        event === "PostToolUse" ? [] : [`${event} cannot be blocked; the reason is told to the model`],
    });
  });

  test("exit code 2 takes its reason from standard error, else from the JSON, else from us", () => {
    const reasonOf = (run: Partial<HandlerRun>) => judge("PreToolUse", { code: 2, ...run }).reason;
    const json = JSON.stringify({ reason: "general" });
    const specific = JSON.stringify({
      reason: "general",
      hookSpecificOutput: { hookEventName: "PreToolUse", permissionDecisionReason: "special" },
    });
    expect(reasonOf({ stderr: "said", stdout: json })).toBe("said");
    expect(reasonOf({ stderr: " \n", stdout: json })).toBe("general");
    expect(reasonOf({ stdout: specific })).toBe("special");
    expect(reasonOf({ stdout: '{"reason": 5}' })).toBe("exit code 2, and no reason was given");
    expect(reasonOf({ stdout: '{"reason": "half' })).toBe("exit code 2, and no reason was given");
  });

  test("exit code 2 blocks although the JSON allows", () => {
    const stdout = JSON.stringify({ decision: "approve", continue: true });
    expect(judge("PreToolUse", { code: 2, stdout })).toMatchObject({ status: "blocked", decision: "deny" });
  });

  test("a reason on the wrong stream is pointed out", () => {
    expect(judge("PreToolUse", { code: 2, stdout: "no way" })).toMatchObject({
      decision: "deny",
      problems: [
        "with exit code 2 the reason is read from standard error, and it printed to standard output",
      ],
    });
  });

  const failures: [string, Partial<HandlerRun>, string][] = [
    ["exit code 1", { code: 1, stderr: "\n  boom\nmore" }, "exit code 1: boom"],
    ["exit code 3", { code: 3 }, "exit code 3"],
    ["exit code 126", { code: 126 }, "exit code 126 (found, but it cannot be executed)"],
    [
      "exit code 127",
      { code: 127, stderr: "sh: x: not found" },
      "exit code 127 (a program was not found): sh: x: not found",
    ],
    ["a signal", { end: "signal" }, "ended by a signal"],
    ["the time limit", { end: "timeout", ms: 60_012 }, "still running at its time limit, after 60 s"],
    ["a cancelled call", { end: "aborted" }, "ended early, since the call was cancelled"],
    ["no start", { end: "unstartable", stderr: "no such folder" }, "could not start: no such folder"],
    ["HTTP 500", { end: "http", code: 500, stdout: '{"decision":"approve"}' }, "HTTP status 500"],
    ["HTTP 302", { end: "http", code: 302 }, "HTTP status 302"],
    ["half a JSON", { stdout: '{"decision": "block", "rea' }, "invalid JSON at line 1, column 23"],
    ["text after JSON", { stdout: '{"decision": "block"}\ndone' }, "invalid JSON at line 2, column 1"],
    [
      "cut JSON",
      { stdout: '{"decision": "block"}', cut: true },
      "it printed more than is kept, so that was not understood",
    ],
    [
      "deep JSON",
      { stdout: `{"a":${"[".repeat(65)}${"]".repeat(65)}}` },
      "JSON nested deeper than 64 levels",
    ],
  ];

  test.each(failures)(
    "%s is a failure that says what happened and lets the work go on",
    (_, run, problem) => {
      for (const event of EVERY.filter((each) => each !== "WorktreeCreate"))
        expect(judge(event, run)).toEqual({ status: "failed", context: [], problems: [problem] });
    },
  );

  test.each(failures)(
    "%s with onFailure block counts as a block, where failures may block",
    (_, run, problem) => {
      const reason = `this hook failed, and its failure blocks: ${problem}`;
      for (const event of EVERY) {
        const failed = { status: "failed", context: [], problems: [problem] };
        const expected = NEVER_BY_FAILURE.includes(event)
          ? failed
          : { ...failed, reason, ...(factsOf(event).blocks ? { decision: "deny" } : {}) };
        expect(judge(event, run, { onFailure: "block" })).toEqual(expected);
      }
    },
  );

  test("failing closed is the default of PreToolUse alone, and the handler's own word comes first", () => {
    const decisionOf = (event: EventName, judged: Judged) => judge(event, { code: 1 }, judged).decision;
    expect(decisionOf("PreToolUse", { failClosed: true })).toBe("deny");
    expect(decisionOf("PreToolUse", { failClosed: true, onFailure: "continue" })).toBeUndefined();
    expect(decisionOf("PreToolUse", { failClosed: true, async: true })).toBeUndefined();
    expect(decisionOf("UserPromptSubmit", { failClosed: true })).toBeUndefined();
  });

  test("any failure of WorktreeCreate aborts, and its text is the path", () => {
    expect(judge("WorktreeCreate", { code: 1 })).toMatchObject({ status: "failed", decision: "deny" });
    expect(judge("WorktreeCreate", { stdout: "/tmp/tree\n" }).printed).toEqual({
      hookSpecificOutput: { hookEventName: "WorktreeCreate", worktreePath: "/tmp/tree" },
    });
  });

  test("what a program wrote is escaped and bounded before a person sees it", () => {
    const [problem = ""] = judge("PreToolUse", {
      code: 1,
      stderr: `\u001B[31mred\u202E${"\u200B".repeat(5_000)}`,
    }).problems;
    expect(problem).toMatch(/^exit code 1: \\u\{1b\}\[31mred\\u\{202e\}/u);
    expect(problem.length).toBeLessThan(500);
  });

  test("http is judged by its body as a command by its output", () => {
    const stdout = JSON.stringify({ decision: "block", reason: "no" });
    expect(judge("PreToolUse", { end: "http", code: 200, stdout })).toEqual(judge("PreToolUse", { stdout }));
    expect(judge("SessionStart", { end: "http", code: 204 })).toEqual(nothing);
  });

  test("what runs async decides nothing, whatever it says", () => {
    const loud = JSON.stringify({
      continue: false,
      systemMessage: "hello",
      hookSpecificOutput: {
        hookEventName: "PreToolUse",
        permissionDecision: "deny",
        updatedInput: {},
        additionalContext: "x",
      },
    });
    const unheeded = { ...nothing, problems: ["it runs async, so it cannot block"] };
    expect(judge("PreToolUse", { stdout: loud }, { async: true })).toEqual(unheeded);
    expect(judge("PreToolUse", { code: 2 }, { async: true })).toEqual(unheeded);
    expect(judge("PreToolUse", { code: 1 }, { async: true, onFailure: "block" })).toEqual({
      status: "failed",
      context: [],
      problems: ["exit code 1"],
    });
  });
});

describe("text on standard output", () => {
  const texts: [string, string, readonly string[]][] = [
    ["words", "On branch main", []],
    ["a number", "42", []],
    ["a JSON array", '[{"decision":"block"}]', ["it printed JSON that is no object, which is read as text"]],
    ["a JSON string", '"deny"', ["it printed JSON that is no object, which is read as text"]],
    ["a log with objects", 'start\n{"level":"info"}', []],
  ];

  test.each(texts)("%s is context where text is context, and else nothing", (_, stdout, problems) => {
    for (const event of EVERY) {
      const context = TEXT_IS_CONTEXT.includes(event) ? [stdout] : [];
      expect(withoutPrinted(judge(event, { stdout: `${stdout}\n` }))).toEqual({
        status: "ok",
        context,
        problems,
      });
    }
  });

  const noise =
    "its JSON was not read, since text comes before it: print nothing but the object on standard output";
  const block = '{"decision":"block"}';

  test.each([
    ["a line before", `Loading...\n${block}`],
    ["a word on the same line", `checking ${block}`],
    ["a log before and after", `{oops\none\n${block}\nbye`.slice(1)],
    ["several lines", `one\n{\n  "hookSpecificOutput": {}\n}\n`],
    ["a prompt in colour", `\u001B[0m${block}`],
  ])("JSON behind other text is not JSON, and that is said: %s", (_, stdout) => {
    expect(judge("PreToolUse", { stdout })).toEqual({ status: "failed", context: [], problems: [noise] });
    expect(judge("PreToolUse", { stdout }, { onFailure: "block" }).decision).toBe("deny");
    expect(judge("SessionStart", { stdout })).toEqual({
      status: "ok",
      context: [stdout.trim()],
      problems: [noise],
    });
  });

  test("a byte order mark and blank space around the object do no harm", () => {
    expect(judge("PreToolUse", { stdout: `\uFEFF\r\n ${block}\r\n\n` })).toMatchObject({ decision: "deny" });
  });

  test("text that was cut is a failure, but context all the same", () => {
    const stdout = "x".repeat(50_000);
    const problems = ["it printed more than is kept, so that was not understood"];
    expect(judge("PreToolUse", { stdout, cut: true })).toEqual({ status: "failed", context: [], problems });
    const { context } = judge("SessionStart", { stdout, cut: true });
    expect(context[0]).toMatch(/x \[40\d\d\d of 50000 characters left out\]$/u);
    expect(context[0]?.length).toBeLessThanOrEqual(10_000);
  });
});

describe("fields of the object", () => {
  test("continue is only stopped by a literal false", () => {
    expect(hear("PostToolUse", { continue: false, stopReason: "budget spent" })).toMatchObject({
      status: "blocked",
      stop: "budget spent",
    });
    expect(hear("Stop", { continue: false })).toMatchObject({ stop: "" });
    expect(withoutPrinted(hear("Stop", { continue: true, stopReason: "unused" }))).toEqual(nothing);
    for (const word of ["false", 0, null])
      expect(withoutPrinted(hear("Stop", { continue: word }))).toEqual({
        status: "failed",
        context: [],
        problems: [`continue is ${JSON.stringify(word)}, and not true or false`],
      });
  });

  test.each(BLOCKING)("%s: decision block denies", (event) => {
    expect(withoutPrinted(hear(event, { decision: "block", reason: "tests fail" }))).toEqual({
      status: "blocked",
      decision: "deny",
      reason: "tests fail",
      context: [],
      problems: [],
    });
  });

  test.each(OTHER)("%s: decision block is a word to the model", (event) => {
    const { decision, status, reason } = hear(event, { decision: "block", reason: "tests fail" });
    expect({ decision, status, reason }).toEqual({
      decision: undefined,
      status: "blocked",
      reason: "tests fail",
    });
  });

  test("decision approve is an allow on PreToolUse and nothing elsewhere", () => {
    for (const event of EVERY)
      expect(hear(event, { decision: "approve" }).decision).toBe(
        event === "PreToolUse" ? "allow" : undefined,
      );
  });

  test.each(["deny", "allow", "Block", null, { behavior: "deny" }])(
    "decision %j is a failure",
    (decision) => {
      expect(hear("PreToolUse", { decision })).toMatchObject({ status: "failed" });
      expect(hear("PreToolUse", { decision }, { onFailure: "block" }).decision).toBe("deny");
    },
  );

  test.each(["allow", "deny", "ask", "defer"] as const)(
    "permissionDecision %s is taken on PreToolUse",
    (word) => {
      const said = { permissionDecision: word, permissionDecisionReason: "because" };
      expect(withoutPrinted(hearSpecific("PreToolUse", said))).toEqual({
        status: word === "deny" ? "blocked" : "ok",
        decision: word,
        reason: "because",
        context: [],
        problems: [],
      });
    },
  );

  test.each(["", "Deny", "block", "constructor", 1, null, ["deny"]])(
    "permissionDecision %j is never an allow",
    (word) => {
      const outcome = hearSpecific("PreToolUse", { permissionDecision: word });
      expect(outcome.status).toBe("failed");
      expect(outcome.decision).toBeUndefined();
      expect(outcome.problems[0]).toBe(
        `permissionDecision is ${JSON.stringify(word)}, and not one of allow, deny, ask, defer`,
      );
    },
  );

  test("permissionDecision is read before a switch of the model, without defer, and on no other event", () => {
    expect(hearSpecific("PreModelSwitch", { permissionDecision: "ask" })).toMatchObject({
      status: "ok",
      decision: "ask",
    });
    expect(hearSpecific("PreModelSwitch", { permissionDecision: "defer" })).toMatchObject({
      status: "failed",
    });
    for (const event of EVERY.filter((each) => each !== "PreToolUse" && each !== "PreModelSwitch")) {
      const { status, decision, problems } = hearSpecific(event, { permissionDecision: "deny" });
      expect({ status, decision, problems }).toEqual({
        status: "ok",
        decision: undefined,
        problems: [`permissionDecision means nothing on ${event}`],
      });
    }
  });

  test.each([
    [
      { decision: "block", reason: "old" },
      { permissionDecision: "allow", permissionDecisionReason: "new" },
      "deny",
      "old",
    ],
    [
      { decision: "approve", reason: "old" },
      { permissionDecision: "deny", permissionDecisionReason: "new" },
      "deny",
      "new",
    ],
    [{ decision: "approve", reason: "old" }, { permissionDecision: "ask" }, "ask", "old"],
    [{ reason: "old" }, { permissionDecision: "ask" }, "ask", "old"],
    [{ decision: "block" }, { permissionDecision: "dney" }, "deny", undefined],
  ])(
    "of an old and a new decision the stricter counts, with its reason: %j %j",
    (old, specific, decision, reason) => {
      const outcome = hear("PreToolUse", {
        ...old,
        hookSpecificOutput: { hookEventName: "PreToolUse", ...specific },
      });
      expect({ decision: outcome.decision, reason: outcome.reason }).toEqual({ decision, reason });
    },
  );

  test("hookSpecificOutput of another event is not listened to, and that is a failure", () => {
    const hookSpecificOutput = {
      hookEventName: "PostToolUse",
      permissionDecision: "allow",
      additionalContext: "x",
    };
    expect(withoutPrinted(hear("PreToolUse", { hookSpecificOutput, systemMessage: "still heard" }))).toEqual({
      status: "failed",
      context: [],
      systemMessage: "still heard",
      problems: [
        "hookSpecificOutput is about another event and was ignored: hookEventName must be PreToolUse",
      ],
    });
    expect(hear("PreToolUse", { hookSpecificOutput: "deny" })).toMatchObject({
      status: "failed",
      problems: ["hookSpecificOutput must be an object"],
    });
  });

  test("a missing hookEventName is pointed out, and the deny counts", () => {
    expect(hear("PreToolUse", { hookSpecificOutput: { permissionDecision: "deny" } })).toMatchObject({
      decision: "deny",
      problems: ["hookEventName is missing: PreToolUse"],
    });
  });

  test("updatedInput must be an object", () => {
    const updatedInput = { file_path: "/a", content: "b" };
    expect(hearSpecific("PreToolUse", { updatedInput })).toMatchObject({ status: "ok", updatedInput });
    for (const wrong of ["text", 3, null, [updatedInput]]) {
      const outcome = hearSpecific("PreToolUse", { permissionDecision: "allow", updatedInput: wrong });
      expect(withoutPrinted(outcome)).toEqual({
        status: "failed",
        context: [],
        problems: ["updatedInput must be an object: the whole input"],
      });
    }
    const asked = hearSpecific("PreToolUse", { permissionDecision: "ask", updatedInput: 3 });
    expect(asked).toMatchObject({ status: "failed", decision: "ask" });
    expect(hearSpecific("PostToolUse", { updatedInput }).updatedInput).toBeUndefined();
  });

  test("an answer is replaced after the call only, by the newer field before the older one", () => {
    expect(
      hearSpecific("PostToolUse", { updatedToolOutput: "a", updatedMCPToolOutput: "b" }).updatedOutput,
    ).toBe("a");
    expect(hearSpecific("PostToolUse", { updatedMCPToolOutput: [1] }).updatedOutput).toEqual([1]);
    expect(hearSpecific("PreToolUse", { updatedToolOutput: "a" })).not.toHaveProperty("updatedOutput");
  });

  test.each(EVERY)("%s: additionalContext and systemMessage are kept", (event) => {
    const hookSpecificOutput = { hookEventName: event, additionalContext: "use tabs" };
    const { context, systemMessage, status } = hear(event, {
      systemMessage: "formatted",
      hookSpecificOutput,
    });
    expect({ context, systemMessage, status }).toEqual({
      context: ["use tabs"],
      systemMessage: "formatted",
      status: "ok",
    });
  });

  test("texts of a wrong type are reported and not heard, and null is none", () => {
    const printed = {
      systemMessage: 5,
      hookSpecificOutput: { hookEventName: "PreToolUse", additionalContext: ["x"] },
    };
    expect(withoutPrinted(hear("PreToolUse", printed))).toEqual({
      status: "ok",
      context: [],
      problems: ["additionalContext must be a text", "systemMessage must be a text"],
    });
    expect(withoutPrinted(hear("Stop", { systemMessage: null, reason: null }))).toEqual(nothing);
  });

  const handed: [EventName, string, unknown][] = [
    ["PostToolUse", "classifierContext", "safe"],
    ["SessionStart", "initialUserMessage", "hello"],
    ["SessionStart", "sessionTitle", "title"],
    ["SessionStart", "watchPaths", ["/a"]],
    ["SessionStart", "reloadSkills", true],
  ];

  test.each(handed)("%s: %s is accepted and not used here", (event, field, value) => {
    expect(withoutPrinted(hearSpecific(event, { [field]: value }))).toEqual({
      ...nothing,
      problems: [`accepted and not used here: ${field}`],
    });
  });

  test.each<[EventName, string]>([
    ["PermissionRequest", "decision"],
    ["PermissionDenied", "retry"],
    ["UserPromptSubmit", "sessionTitle"],
    ["UserPromptSubmit", "suppressOriginalPrompt"],
    ["WorktreeCreate", "worktreePath"],
    ["Elicitation", "action"],
    ["ElicitationResult", "content"],
    ["CwdChanged", "watchPaths"],
    ["FileChanged", "watchPaths"],
    ["MessageDisplay", "displayContent"],
  ])("%s: %s goes back to the host without a word", (event, field) => {
    expect(withoutPrinted(hearSpecific(event, { [field]: { any: 1 } }))).toEqual(nothing);
  });

  test("fields that do nothing are named with the reason", () => {
    const printed = {
      suppressOutput: true,
      terminalSequence: "\u001B]0;x",
      async: true,
      asyncTimeout: 5,
      permissionDecision: "deny",
      additionalContext: "lost",
      "permisson\u202E": "deny",
      hookSpecificOutput: { hookEventName: "PreToolUse", watchPaths: [], decision: "block", colour: 1 },
    };
    expect(hear("PreToolUse", printed).problems).toEqual([
      "accepted and not used here: terminalSequence",
      "accepted and not used here: async",
      "accepted and not used here: asyncTimeout",
      "permissionDecision is not read here: it belongs into hookSpecificOutput",
      "additionalContext is not read here: it belongs into hookSpecificOutput",
      String.raw`unknown field: permisson\u{202e}`,
      "watchPaths means nothing on PreToolUse",
      "decision is not read in hookSpecificOutput: it belongs beside it",
      "unknown field: colour",
    ]);
  });

  test("brackets inside of texts are no levels", () => {
    const reason = `${"[{".repeat(100)}"\\"{`;
    expect(hear("Stop", { decision: "block", reason })).toMatchObject({ decision: "deny", reason });
  });

  test("a hundred thousand levels are refused and cost no stack", () => {
    const stdout = `{"hookSpecificOutput":${'{"a":['.repeat(50_000)}${"]}".repeat(50_000)}}`;
    expect(judge("PreToolUse", { stdout }).problems).toEqual(["JSON nested deeper than 64 levels"]);
  });

  test("a great many fields are not all named", () => {
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [`field${at}`, at]));
    const { problems } = hear("Stop", many);
    expect(problems).toHaveLength(11);
    expect(problems.at(-1)).toBe("more fields than these are not used");
  });

  test("names that every object has are fields like any other", () => {
    const stdout =
      '{"__proto__":{"decision":"block"},"constructor":1,"hookSpecificOutput":{"__proto__":{"permissionDecision":"allow"}}}';
    expect(judge("PreToolUse", { stdout })).toMatchObject({
      status: "ok",
      problems: [
        "hookEventName is missing: PreToolUse",
        "unknown field: __proto__",
        "unknown field: constructor",
        "unknown field: __proto__",
      ],
    });
    expect(judge("PreToolUse", { stdout })).not.toHaveProperty("decision");
  });
});

describe("any output", () => {
  const field = fc.constantFrom(
    "continue",
    "stopReason",
    "systemMessage",
    "decision",
    "reason",
    "hookEventName",
    "permissionDecision",
    "permissionDecisionReason",
    "updatedInput",
    "additionalContext",
    "updatedToolOutput",
    "retry",
    "__proto__",
    "x",
  );
  const word = fc.constantFrom(
    "allow",
    "deny",
    "ask",
    "defer",
    "approve",
    "block",
    "PreToolUse",
    "PostToolUse",
  );
  const value = fc.oneof(
    word,
    fc.boolean(),
    fc.string({ unit: "binary", maxLength: 20_000 }),
    fc.jsonValue({ maxDepth: 4 }),
  );
  const fields = fc
    .array(fc.tuple(field, value), { maxLength: 8 })
    .map((entries) => Object.fromEntries(entries));
  const output = fc
    .record({ top: fields, hookSpecificOutput: fc.oneof(fields, value) })
    .map(({ top, hookSpecificOutput }) => JSON.stringify({ ...top, hookSpecificOutput }));
  const anyRun = fc.record({
    end: fc.constantFrom<HandlerRun["end"]>(
      "exit",
      "exit",
      "exit",
      "signal",
      "timeout",
      "aborted",
      "unstartable",
      "http",
    ),
    code: fc.constantFrom(0, 0, 0, 1, 2, 127, 200, 500),
    stdout: fc.oneof(
      output,
      output,
      fc.string({ unit: "binary" }),
      output.map((text) => text.slice(0, -3)),
      output.map((text) => `noise\n${text}`),
    ),
    stderr: fc.string({ unit: "binary", maxLength: 20_000 }),
    cut: fc.boolean(),
  });
  const judged = fc.record({
    onFailure: fc.constantFrom<"continue" | "block">("continue", "block"),
    async: fc.boolean(),
    failClosed: fc.boolean(),
  });

  test("never throws, is bounded, and never allows what it did not understand", () => {
    fc.assert(
      fc.property(fc.constantFrom(...EVERY), anyRun, judged, (event, run, how) => {
        const { reason = "", stop = "", systemMessage = "", context, ...outcome } = judge(event, run, how);
        expect([reason, stop, systemMessage, ...context].join("").length).toBeLessThanOrEqual(10_000);
        expect(outcome.problems.every((problem) => problem.length < 600)).toBe(true);
        expect(outcome.problems.length).toBeLessThan(20);
        if (outcome.status === "failed") {
          expect(["ask", "deny", undefined]).toContain(outcome.decision);
          expect(outcome.problems.length).toBeGreaterThan(0);
          expect(outcome).not.toHaveProperty("updatedInput");
        }
        if (how.async) expect(outcome).not.toHaveProperty("decision");
      }),
    );
  });

  test("well-formed text stays well-formed when it is cut", () => {
    const emoji = fc.string({ unit: fc.constantFrom("a", "\u{1F600}"), minLength: 9_000, maxLength: 12_000 });
    fc.assert(
      fc.property(emoji, emoji, (reason, context) => {
        const printed = {
          decision: "block",
          reason,
          hookSpecificOutput: { hookEventName: "PreToolUse", additionalContext: context },
        };
        const said = hear("PreToolUse", printed);
        expect(Buffer.from(`${said.reason}${said.context[0]}`).toString()).not.toContain("\uFFFD");
      }),
      { numRuns: 30 },
    );
  });

  test("runs are not changed by being judged", () => {
    const run = Object.freeze(runOf({ stdout: '{"decision":"block"}' }));
    expect(judge("PreToolUse", run)).toEqual(judge("PreToolUse", run));
  });
});
