import { describe, expect, test } from "vitest";
import * as z from "zod";
import { EVENTS as KNOWN, factsOf, isEventName } from "../../hooks/config/events.ts";
import { hooked, on, printing, teller, type Hooked, type HookGroup } from "../support/hooked.ts";
import { answerOf, LANGUAGES, scriptIn, writeScripts, type Act } from "./scripted.ts";

const output = z.record(z.string(), z.unknown());
type Output = z.output<typeof output>;

/** What a host gets for an event; hooks' origins are taken off its texts. */
async function forwarded(here: Hooked, event: string, payload: unknown): Promise<Output> {
  const answer = await answerOf(here, "hook_event", { input: { event, payload } });
  if (answer.error !== undefined) throw new Error(answer.text);
  return output.parse(JSON.parse(answer.text.replaceAll(/\[hook [^\]]*\] /gu, "")));
}

/**
 * How an event is blocked (`permission`: by a permissionDecision; `told`: not at all, and the reason is context or a
 * message), whether a host takes additionalContext for it, and whether plain text is such context.
 */
const EVENTS: Readonly<
  Record<
    string,
    { blocks: "decision" | "permission" | "late" | "told"; context: boolean; text?: "context" | "path" }
  >
> = {
  PreToolUse: { blocks: "permission", context: true },
  PostToolUse: { blocks: "late", context: true },
  PostToolUseFailure: { blocks: "told", context: true },
  PostToolBatch: { blocks: "decision", context: true },
  PermissionRequest: { blocks: "told", context: false },
  PermissionDenied: { blocks: "told", context: false },
  UserPromptSubmit: { blocks: "decision", context: true, text: "context" },
  UserPromptExpansion: { blocks: "decision", context: true, text: "context" },
  SessionStart: { blocks: "told", context: true, text: "context" },
  Setup: { blocks: "told", context: true },
  SessionEnd: { blocks: "told", context: false },
  Stop: { blocks: "decision", context: true },
  SubagentStop: { blocks: "decision", context: true },
  StopFailure: { blocks: "told", context: false },
  Notification: { blocks: "told", context: true },
  SubagentStart: { blocks: "told", context: true },
  PreCompact: { blocks: "decision", context: false },
  PostCompact: { blocks: "told", context: false },
  PreModelSwitch: { blocks: "permission", context: false },
  PostModelSwitch: { blocks: "told", context: false },
  TeammateIdle: { blocks: "decision", context: false },
  TaskCreated: { blocks: "decision", context: false },
  TaskCompleted: { blocks: "decision", context: false },
  ConfigChange: { blocks: "decision", context: false },
  WorktreeCreate: { blocks: "decision", context: false, text: "path" },
  WorktreeRemove: { blocks: "told", context: false },
  Elicitation: { blocks: "decision", context: false },
  ElicitationResult: { blocks: "decision", context: false },
  InstructionsLoaded: { blocks: "told", context: false },
  CwdChanged: { blocks: "told", context: false },
  FileChanged: { blocks: "told", context: false },
  DirectoryAdded: { blocks: "told", context: false },
  MessageDisplay: { blocks: "told", context: false },
};

const LATE = "(after the call, which was done already)";

function actsFor(event: string): Record<string, Act> {
  const specific = (fields: object): string =>
    JSON.stringify({ hookSpecificOutput: { hookEventName: event, ...fields } });
  return {
    silent: {},
    words: { out: "/some/words\n" },
    exit2: { code: 2, err: "no" },
    block: { out: JSON.stringify({ decision: "block", reason: "no" }) },
    context: { out: specific({ additionalContext: "by the way" }) },
    stop: { out: JSON.stringify({ continue: false, stopReason: "enough" }) },
    message: { out: JSON.stringify({ systemMessage: "for the person" }) },
    exit1: { code: 1, err: "oops" },
    half: { out: '{"decision":' },
    killed: { code: "kill" },
    other: { out: '{"hookSpecificOutput":{"hookEventName":"NoSuchEvent","additionalContext":"x"}}' },
  };
}

function expectedFor(event: string): Record<string, Output> {
  const { blocks, context, text } = EVENTS[event] ?? { blocks: "told", context: false };
  const specific = (fields: object): Output => ({ hookSpecificOutput: { hookEventName: event, ...fields } });
  const told = (words: string): Output =>
    context ? specific({ additionalContext: words }) : { systemMessage: words };
  const refused: Readonly<Record<typeof blocks, Output>> = {
    decision: { decision: "block", reason: "no" },
    permission: specific({ permissionDecision: "deny", permissionDecisionReason: "no" }),
    late: { decision: "block", reason: `${LATE} no` },
    told: told("no"),
  };
  // there any failure aborts the work
  const failed = (why: string): Output =>
    event === "WorktreeCreate"
      ? { decision: "block", reason: `this hook failed, and its failure blocks: ${why}` }
      : {};
  return {
    silent: {},
    words:
      text === "context"
        ? specific({ additionalContext: "/some/words" })
        : text === "path"
          ? specific({ worktreePath: "/some/words" })
          : {},
    exit2: refused[blocks],
    block: refused[blocks],
    context: told("by the way"),
    stop: { continue: false, stopReason: "enough" },
    message: { systemMessage: "for the person" },
    exit1: failed("exit code 1: oops"),
    half: failed("invalid JSON at line 1, column 13"),
    killed: failed("ended by a signal"),
    other: failed(
      `hookSpecificOutput is about another event and was ignored: hookEventName must be ${event}`,
    ),
  };
}

describe("an event that a host forwards", () => {
  test.each(Object.keys(KNOWN).filter(isEventName))(
    "%s has its hooks run, and their output comes back in its shape",
    async (event) => {
      // hook_event is a call itself, and hooks of such an event would see it
      await using here = await hooked({ home: { [event]: [on("Host", scriptIn("bash"))] } });
      const acts = actsFor(event);
      await writeScripts(here, acts);
      const { matches } = factsOf(event);
      const about = matches === undefined ? {} : { [matches]: "Host" };
      const seen: Record<string, Output> = {};
      for (const name of Object.keys(acts))
        seen[name] = await forwarded(here, event, { case: `/x/${name}.c`, ...about });
      expect(seen).toEqual(expectedFor(event));
    },
  );

  test.each(LANGUAGES)("is answered alike by a hook written in %s", async (language) => {
    const event = "UserPromptSubmit";
    await using here = await hooked({ home: { [event]: [on(undefined, scriptIn(language))] } });
    await writeScripts(here, actsFor(event));
    const wanted = expectedFor(event);
    for (const name of ["words", "exit2", "context", "killed"])
      expect(await forwarded(here, event, { case: `${name}.c` })).toEqual(wanted[name]);
  });

  test("is told with the host's own fields, and the name that it really has", async () => {
    await using here = await hooked({ home: { UserPromptSubmit: [on(undefined, teller())] } });
    await forwarded(here, "UserPromptSubmit", {
      prompt: "do it",
      session_id: "theirs",
      hook_event_name: "Stop",
      extra: [1],
    });
    expect(await here.told()).toEqual([
      expect.objectContaining({
        hook_event_name: "UserPromptSubmit",
        prompt: "do it",
        session_id: "theirs",
        cwd: here.root,
        transcript_path: "",
        extra: [1],
      }),
    ]);
  });

  test.each<[string, string, string, unknown, number]>([
    ["Notification", "permission_prompt", "notification_type", "permission_prompt", 1],
    ["Notification", "permission_prompt", "notification_type", "idle_prompt", 0],
    ["PreCompact", "manual|auto", "trigger", "auto", 1],
    ["PreCompact", "manual", "trigger", "auto", 0],
    ["SubagentStop", "^code-", "agent_type", "code-review", 1],
    ["FileChanged", ".env", "file_path", "/a/b/.env", 1],
    ["FileChanged", "other", "file_path", "/a/b/.env", 0],
    ["UserPromptSubmit", "ignored", "prompt", "anything", 1],
    ["PreToolUse", "Bash", "tool_name", "Bash", 1],
    ["PreToolUse", "Bash", "tool_name", "Write", 0],
  ])("%s with the matcher %s and the %s %o runs %i hooks", async (event, matcher, field, value, runs) => {
    await using here = await hooked({ home: { [event]: [on(matcher, teller())] } });
    await forwarded(here, event, { [field]: value });
    expect(await here.told()).toHaveLength(runs);
  });

  test("without a value that a matcher could be tested against leaves out no guard", async () => {
    await using here = await hooked({ home: { PreToolUse: [on("Bash", "echo no >&2; exit 2")] } });
    for (const payload of [{ tool_name: 7 }, {}, { tool_name: "" }])
      expect(await forwarded(here, "PreToolUse", payload)).toMatchObject({
        hookSpecificOutput: { permissionDecision: "deny", permissionDecisionReason: "no" },
      });
  });

  test("may be called OnMessage in our own files and calls, which is UserPromptSubmit", async () => {
    await using here = await hooked({ home: { OnMessage: [on(undefined, teller("echo as context"))] } });
    const answer = await forwarded(here, "OnMessage", { prompt: "x" });
    expect(answer).toEqual({
      hookSpecificOutput: { hookEventName: "UserPromptSubmit", additionalContext: "as context" },
    });
    expect((await here.told())[0]?.hook_event_name).toBe("UserPromptSubmit");
  });

  test("takes its payload as JSON text too", async () => {
    await using here = await hooked({ home: { Stop: [on(undefined, teller())] } });
    expect(await forwarded(here, "Stop", JSON.stringify({ last_assistant_message: "done" }))).toEqual({});
    expect((await here.told())[0]?.["last_assistant_message"]).toBe("done");
    expect(await forwarded(here, "Stop", undefined)).toEqual({});
  });

  test("is answered by several hooks together: who blocks wins, and every word for the model stays", async () => {
    const context = (words: string): HookGroup =>
      on(
        undefined,
        printing({
          hookSpecificOutput: {
            hookEventName: "UserPromptSubmit",
            additionalContext: words,
            sessionTitle: words,
          },
        }),
      );
    await using here = await hooked({
      home: { UserPromptSubmit: [context("one"), on(undefined, "echo no >&2; exit 2"), context("two")] },
    });
    expect(await forwarded(here, "UserPromptSubmit", {})).toEqual({
      decision: "block",
      reason: "no",
      systemMessage: "hooks disagree about sessionTitle, so none of them is heeded",
      hookSpecificOutput: { hookEventName: "UserPromptSubmit", additionalContext: "one\n\ntwo" },
    });
  });

  test("is cut to what a model can take in", async () => {
    await using here = await hooked({
      home: { UserPromptSubmit: [on(undefined, "head -c 500000 /dev/zero | tr '\\0' x")] },
    });
    const { hookSpecificOutput } = await forwarded(here, "UserPromptSubmit", {});
    expect(JSON.stringify(hookSpecificOutput).length).toBeLessThan(10_200);
    expect(JSON.stringify(hookSpecificOutput)).toContain("characters left out");
  });
});

describe("hook_event refuses", () => {
  test.each<[string, unknown, RegExp]>([
    ["no event", { payload: {} }, /event/u],
    ["an empty event", { event: "" }, /invalid_input: there is no such event/u],
    ["an event with a typo", { event: "UserPromtSubmit" }, /Did you mean UserPromptSubmit\?/u],
    ["an event in another case", { event: "pretooluse" }, /Did you mean PreToolUse\?/u],
    ["an event that is far from any", { event: "xyzzy" }, /Events: PreToolUse, /u],
    ["a key of every object", { event: "constructor" }, /there is no such event/u],
    ["a very long event", { event: "x".repeat(100_000) }, /event/u],
    ["a payload that is a list", { event: "Stop", payload: [] }, /payload/u],
    ["a payload that is no JSON", { event: "Stop", payload: "{" }, /payload is no JSON object/u],
    ["a payload that is JSON of a list", { event: "Stop", payload: "[]" }, /payload is no JSON object/u],
    ["a payload that is JSON of null", { event: "Stop", payload: "null" }, /payload is no JSON object/u],
    ["an argument that it does not have", { event: "Stop", paylod: {} }, /paylod/u],
  ])("%s", async (_what, input, words) => {
    await using here = await hooked({ home: { Stop: [on(undefined, teller())] } });
    const answer = await answerOf(here, "hook_event", { input });
    expect(answer.error).toBe("invalid_input");
    expect(answer.text).toMatch(words);
    expect(answer.text.length).toBeLessThan(3_000);
    expect(await here.told()).toEqual([]);
  });
});

describe("hooks_status", () => {
  test("tells of every handler where it stands, what it matches, and why it ran or did not", async () => {
    await using here = await hooked({
      files: { "a.txt": "a\n" },
      home: {
        PreToolUse: [on("Read", "exit 1"), on("Writ", "true")],
        Stop: [on(undefined, "true")],
      },
      project: { PreToolUse: [on("Read", "echo hi")] },
    });
    await answerOf(here, "read_file", { input: { path: "a.txt" } });
    const { text } = await answerOf(here, "hooks_status", { input: {} });
    const about = (command: string) => text.slice(text.indexOf(command)).split("$ ", 2)[0] ?? "";
    expect(text).toMatch(/^\[4 hooks/u);
    expect(text).toContain("plumbline hooks trust");
    expect(about("exit 1")).toContain("filesystem.read_file as Read: failed: exit code 1");
    expect(about("true")).toContain("no run on record");
    expect(text).toContain("when the client forwards this event by hook_event");
    expect(about("echo hi")).toContain("not run: pending");
  });

  test("shows one event alone, by any name that it has, and refuses one that does not exist", async () => {
    await using here = await hooked({
      home: { PreToolUse: [on("Read", "true")], UserPromptSubmit: [on(undefined, "echo x")] },
    });
    const shown = async (event: string) => answerOf(here, "hooks_status", { input: { event } });
    expect((await shown("PreToolUse")).text).toMatch(/^\[1 hook\b/u);
    expect((await shown("OnMessage")).text).toContain("echo x");
    const unknown = await shown("PreToolUze");
    expect(unknown.error).toBe("invalid_input");
    expect(unknown.text).toContain("Did you mean PreToolUse?");
  });

  test("of nothing says that there is nothing", async () => {
    await using here = await hooked();
    const { text, error } = await answerOf(here, "hooks_status", { input: {} });
    expect(error).toBeUndefined();
    expect(text).toMatch(/^\[no hooks\]/u);
    expect(text).toContain(`${here.configFolder}/hooks.json`);
  });

  test("of very many stays within its budget", async () => {
    const many = Array.from({ length: 200 }, (_, index) =>
      on(`Tool${index}`, `echo ${"x".repeat(300)} ${index}`),
    );
    await using here = await hooked({ home: { PreToolUse: many } });
    const { text } = await answerOf(here, "hooks_status", { input: {} });
    expect(text.length).toBeLessThanOrEqual(20_000);
    expect(text).toContain("200 hooks");
  });
});
