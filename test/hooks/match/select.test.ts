import { describe, expect, test } from "vitest";
import type { EventName } from "../../../hooks/config/events.ts";
import type { Handler, LoadedHandler, Source } from "../../../hooks/handler.ts";
import { Selector, type SeenView, type Selection } from "../../../hooks/match/select.ts";

const HOME: Source = { scope: "home", dialect: "plumbline", file: "/home/me/.config/plumbline/hooks.json" };
const PROJECT: Source = {
  scope: "project",
  dialect: "plumbline",
  file: "/r/.plumbline/hooks.json",
  root: "/r",
};
const NAMES = ["mcp__filesystem__edit_file", "mcp__plumbline__edit_file", "edit_file"];
const BASES = { root: "/r", home: "/home/me" };

let made = 0;

function handler(given: Partial<Handler> = {}, about: Partial<LoadedHandler> = {}): LoadedHandler {
  const number = made++;
  const plain = {
    event: "PreToolUse",
    type: "command",
    command: `run ${number}`,
    timeoutMs: 60_000,
    async: false,
  } as const;
  return {
    handler: { ...plain, at: `PreToolUse[${number}].hooks[0]`, line: 1, ...given },
    source: PROJECT,
    ...about,
  };
}

function view(tool: SeenView["tool"], path: string, also: SeenView["also"] = []): SeenView {
  return { tool, also, input: { file_path: path } };
}

function onCall(
  handlers: readonly LoadedHandler[],
  views: readonly SeenView[] = [],
  event: EventName = "PreToolUse",
): Selection {
  return new Selector(handlers).forTool({ event, names: NAMES, input: { path: "a.ts" }, views, ...BASES });
}

function fileOf(view: SeenView | undefined): string {
  const file = view?.input["file_path"];
  return typeof file === "string" ? file : "-";
}

/** Each run as `handler:tool:file:matched`, handlers numbered as given. */
function runsOf(handlers: readonly LoadedHandler[], selection: Selection): string[] {
  return selection.selected.map(({ loaded, toolName, view, matched }) =>
    [handlers.indexOf(loaded), toolName, fileOf(view), matched].join(":"),
  );
}

describe("a call of ours", () => {
  const a = view("Edit", "/r/a.ts");
  const b = view("Write", "/r/b.ts");

  test("a matcher for everything runs once for each view, in configuration order", () => {
    const handlers = [handler({ matcher: "*" }), handler()];
    expect(runsOf(handlers, onCall(handlers, [a, b]))).toEqual([
      "0:Edit:/r/a.ts:all",
      "0:Write:/r/b.ts:all",
      "1:Edit:/r/a.ts:all",
      "1:Write:/r/b.ts:all",
    ]);
  });

  test("a matcher for Claude's names runs for the views that have them, as it knows them", () => {
    const handlers = [
      handler({ matcher: "Write|Edit|MultiEdit" }),
      handler({ matcher: "Write" }),
      handler({ matcher: "Bash" }),
    ];
    const found = onCall(handlers, [a, b, a]);
    expect(runsOf(handlers, found)).toEqual([
      "0:Edit:/r/a.ts:Edit",
      "0:Write:/r/b.ts:Write",
      "1:Write:/r/b.ts:Write",
    ]);
    expect(found.selected[0]?.view).toBe(a);
    expect(found.passed.map(({ why }) => why)).toEqual([
      'matcher "Bash" selects none of mcp__filesystem__edit_file, mcp__plumbline__edit_file, edit_file, Edit, Write',
    ]);
  });

  test("a matcher for only another name of a view gets it under that name, once", () => {
    const handlers = [handler({ matcher: "MultiEdit" }), handler({ matcher: "MultiEdit|Edit" })];
    expect(runsOf(handlers, onCall(handlers, [view("Edit", "/r/a.ts", ["MultiEdit"])]))).toEqual([
      "0:MultiEdit:/r/a.ts:MultiEdit",
      "1:Edit:/r/a.ts:Edit",
    ]);
  });

  test("a matcher for our own names runs once under the canonical one, with our own input", () => {
    for (const matcher of [
      "mcp__filesystem__edit_file",
      "mcp__filesystem__.*",
      "mcp__plumbline__.*",
      "edit_file",
      "^edit_",
    ]) {
      const handlers = [handler({ matcher })];
      const { selected } = onCall(handlers, [a, b]);
      expect(selected.map(({ toolName, view }) => [toolName, view])).toEqual([
        ["mcp__filesystem__edit_file", undefined],
      ]);
    }
  });

  test("without views everything runs under the canonical name", () => {
    const handlers = [handler(), handler({ matcher: ".*" }), handler({ matcher: "Edit" })];
    expect(runsOf(handlers, onCall(handlers))).toEqual([
      "0:mcp__filesystem__edit_file:-:all",
      "1:mcp__filesystem__edit_file:-:mcp__filesystem__edit_file",
    ]);
  });

  test("the traps of real files: a server's bare name selects nothing, a bar too many everything", () => {
    const [bare, bars, expression] = [
      handler({ matcher: "mcp__filesystem" }),
      handler({ matcher: "A. || B" }),
      handler({ matcher: 'tool == "Edit" && x' }),
    ];
    const { selected, passed } = onCall([bare, bars, expression], [a]);
    expect(selected.map(({ loaded }) => loaded)).toEqual([bars]);
    expect(passed.map(({ loaded }) => loaded)).toEqual([bare, expression]);
  });

  test("only handlers of the event run, and those that are off say why", () => {
    const off = handler({}, { off: "disableAllHooks" });
    const after = handler({ event: "PostToolUse" });
    const { selected, passed } = onCall([off, after], [a]);
    expect([selected, passed]).toEqual([[], [{ loaded: off, why: "disableAllHooks", isBroken: false }]]);
    expect(onCall([off, after], [a], "PostToolUse").selected.map(({ loaded }) => loaded)).toEqual([after]);
  });

  test("the same handler written twice runs once, and keeps where else it stands", () => {
    const same = { command: "guard.sh", args: [] };
    const handlers = [
      handler({ ...same, matcher: "Edit" }, { source: HOME }),
      handler({ ...same, matcher: "Edit|Write" }),
      handler({ ...same, if: "Edit(*.ts)" }),
      handler({ ...same, args: ["x"] }),
      handler(same, { source: { ...PROJECT, root: "/other", file: "/other/.plumbline/hooks.json" } }),
      handler(same),
    ];
    const found = onCall(handlers, [a, b]);
    expect(runsOf(handlers, found)).toEqual([
      "0:Edit:/r/a.ts:Edit",
      "1:Write:/r/b.ts:Write",
      "2:Edit:/r/a.ts:all",
      "2:Write:/r/b.ts:all",
      "3:Edit:/r/a.ts:all",
      "3:Write:/r/b.ts:all",
      "4:Edit:/r/a.ts:all",
      "4:Write:/r/b.ts:all",
    ]);
    expect(found.selected[0]?.twins.map(({ loaded }) => handlers.indexOf(loaded))).toEqual([1, 5]);
    expect(found.passed.map(({ loaded, why }) => [handlers.indexOf(loaded), why])).toEqual([
      [5, `the same as ${handlers[0]?.handler.at} of /home/me/.config/plumbline/hooks.json`],
    ]);
  });

  test("an if is asked for each view, and of a run under our own name for any of them", () => {
    const handlers = [
      handler({ if: "Edit(*.ts)" }),
      handler({ matcher: "edit_file", if: "Edit(/b.ts)" }),
      handler({ matcher: "edit_file", if: "mcp__filesystem" }),
      handler({ if: "Edit(*.md)" }),
      handler({ matcher: "edit_file", if: "Bash(git *)" }),
    ];
    const found = onCall(handlers, [a, view("Write", "/r/b.ts"), view("Edit", "/r/c.rs")]);
    expect(runsOf(handlers, found)).toEqual([
      "0:Edit:/r/a.ts:all",
      "0:Write:/r/b.ts:all",
      "1:mcp__filesystem__edit_file:-:edit_file",
      "2:mcp__filesystem__edit_file:-:edit_file",
    ]);
    expect(found.passed.map(({ why }) => why)).toEqual([
      'if "Edit(*.md)" does not hold',
      'if "Bash(git *)" does not hold',
    ]);
  });

  test("what cannot be decided runs and says what it was", () => {
    const handlers = [
      handler({ matcher: "(a|a)*$", if: "Edit(*.[jt]s)" }),
      handler({ if: "not a rule" }),
      handler({ matcher: "Edit", if: "Edit(*.@(ts))" }),
    ];
    const long = {
      ...BASES,
      event: "PreToolUse" as const,
      names: [`mcp__${"a".repeat(60)}!`],
      input: {},
      views: [],
    };
    const own = new Selector([handler({ matcher: "^(?:mcp__)?(a|a)*$" })]).forTool(long).selected;
    expect(own.map(({ uncertain }) => uncertain)).toEqual([
      'matcher "^(?:mcp__)?(a|a)*$" takes too long as a regular expression and is not always decided',
    ]);
    expect(onCall(handlers, [a]).selected.map(({ uncertain }) => uncertain)).toEqual([
      'if "Edit(*.[jt]s)" cannot be decided',
      'if "not a rule" is not one rule such as Edit(*.ts)',
      'if "Edit(*.@(ts))" cannot be decided',
    ]);
  });

  test("a matcher that is no pattern is broken, and runs when it is to block on failure", () => {
    const [plain, blocking] = [handler({ matcher: "(" }), handler({ matcher: "(", onFailure: "block" })];
    const { selected, passed } = onCall([plain, blocking], [a]);
    expect(passed).toEqual([
      {
        loaded: plain,
        why: 'matcher "(" is no valid regular expression: Unterminated group',
        isBroken: true,
      },
    ]);
    expect(selected.map(({ loaded, uncertain }) => [loaded, uncertain])).toEqual([
      [blocking, 'matcher "(" is no valid regular expression: Unterminated group'],
    ]);
  });

  test("foreign text in our sentences is escaped and short", () => {
    const { passed } = onCall([handler({ matcher: `x\u{202e}\u{1b}[2J${"y".repeat(400)}` })], [a]);
    expect(passed[0]?.why).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(passed[0]?.why.length).toBeLessThan(250);
  });
});

describe("the question before every call", () => {
  const EVENTS = ["PreToolUse", "PostToolUse"] as const;
  const concerns = (...handlers: LoadedHandler[]): boolean =>
    new Selector(handlers).mayConcern(EVENTS, NAMES, ["Edit", "MultiEdit"]);

  test("is yes for every name that a matcher may select, whatever the if", () => {
    for (const matcher of ["Edit", "MultiEdit", "edit_file", "mcp__plumbline__.*", "*", "(", "(a|a)*$"])
      expect(concerns(handler({ matcher }))).toBe(true);
    expect(concerns(handler({ if: "Edit(*.md)" }))).toBe(true);
  });

  test("is no for other names, other events and handlers that are off", () => {
    expect(concerns()).toBe(false);
    expect(
      concerns(handler({ matcher: "Bash" }), handler({ event: "SessionStart" }), handler({}, { off: "x" })),
    ).toBe(false);
  });

  test("is never no for a call that then selects a handler", () => {
    const matchers = [
      undefined,
      "",
      "*",
      "Edit",
      "MultiEdit",
      "Write",
      "Bash",
      "edit_file",
      "mcp__filesystem",
      "mcp__.*",
      "E.it",
      "(",
      "A. || B",
    ];
    for (const matcher of matchers) {
      const selector = new Selector([
        handler(matcher === undefined ? { onFailure: "block" } : { matcher, onFailure: "block" }),
      ]);
      const { selected } = selector.forTool({
        event: "PreToolUse",
        names: NAMES,
        input: {},
        views: [view("Edit", "/r/a", ["MultiEdit"])],
        ...BASES,
      });
      const may = selector.mayConcern(EVENTS, NAMES, ["Edit", "MultiEdit"]);
      expect([selected.length > 0, may]).not.toEqual([true, false]);
    }
  });

  test("costs little for many handlers", () => {
    const handlers = Array.from({ length: 50 }, (_, index) =>
      handler({ matcher: index % 2 === 0 ? "Bash|Read|Grep" : `^mcp__other${index}__.*` }),
    );
    const selector = new Selector(handlers);
    selector.mayConcern(EVENTS, NAMES, ["Edit"]);
    const startedAt = performance.now();
    for (let round = 0; round < 1_000; round++) selector.mayConcern(EVENTS, NAMES, ["Edit"]);
    // 10 us each here
    expect(performance.now() - startedAt).toBeLessThan(500);
  });
});

describe("other events", () => {
  const on = (given: Partial<Handler>, payload: Record<string, unknown>): Selection => {
    const only = handler(given);
    return new Selector([only]).forPayload(only.handler.event, payload, BASES);
  };

  test.each<[Partial<Handler>, Record<string, unknown>, string[]]>([
    [{ event: "SessionStart", matcher: "startup|resume" }, { source: "startup" }, ["startup:startup"]],
    [{ event: "SessionStart", matcher: "^startup$" }, { source: "startup" }, ["startup:startup"]],
    [{ event: "SessionStart", matcher: "resume" }, { source: "startup" }, []],
    [{ event: "SessionStart" }, { source: "startup" }, ["startup:all"]],
    [{ event: "SessionStart", matcher: "resume" }, {}, [":all"]],
    [{ event: "Stop", matcher: "whatever" }, { stop_hook_active: false }, [":all"]],
    [{ event: "FileChanged", matcher: ".envrc|.env" }, { file_path: "/r/x/.env" }, ["/r/x/.env:.env"]],
    [{ event: "FileChanged", matcher: "x" }, { file_path: "/r/x/.env" }, []],
    [{ event: "StopFailure", matcher: "rate_limit" }, { error: "rate_limit" }, ["rate_limit:rate_limit"]],
    [{ event: "PermissionRequest", matcher: "Task" }, { tool_name: "Agent" }, ["Agent:Agent"]],
    [{ event: "UserPromptSubmit", if: "Bash(git *)" }, { prompt: "x" }, []],
    [
      { event: "PermissionRequest", if: "Bash(git *)" },
      { tool_name: "Bash", tool_input: { command: "git x" } },
      ["Bash:all"],
    ],
    [
      { event: "PermissionRequest", if: "Bash(git *)" },
      { tool_name: "Bash", tool_input: { command: "ls" } },
      [],
    ],
    [
      { event: "PermissionRequest", if: "Bash(git *)" },
      { tool_name: "Bash", tool_input: null },
      ["Bash:all"],
    ],
  ])("%j told %j runs as %j", (given, payload, expected) => {
    expect(on(given, payload).selected.map(({ toolName, matched }) => `${toolName}:${matched}`)).toEqual(
      expected,
    );
  });

  test("an if on an event without a tool never runs, and says so", () => {
    expect(on({ event: "Stop", if: "Bash(git *)" }, {}).passed.map(({ why }) => why)).toEqual([
      "it has an if, and the event is about no tool",
    ]);
    expect(
      on({ event: "SessionStart", matcher: "clear" }, { source: "startup" }).passed.map(({ why }) => why),
    ).toEqual(['matcher "clear" does not select "startup"']);
  });
});
