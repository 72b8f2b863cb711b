import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EVENTS } from "../../../hooks/config/events.ts";
import { type ParsedHooks, parseHooks } from "../../../hooks/config/parse-hooks.ts";

const OWN = { file: "/project/.plumbline/hooks.json", own: true };
const CLAUDES = { file: "/project/.claude/settings.json", own: false };

const check = { type: "command", command: "check" };

function parse(value: unknown, about = OWN): ParsedHooks {
  return parseHooks(typeof value === "string" ? value : JSON.stringify(value, null, 2), about);
}

/** `code@line` of each problem. */
function codes({ problems }: ParsedHooks): string[] {
  return problems.map(({ code, line }) => (line === undefined ? code : `${code}@${line}`));
}

function handlersOf(parsed: ParsedHooks) {
  return parsed.events.flatMap(({ groups }) => groups.flatMap(({ handlers }) => handlers));
}

/** One handler on PreToolUse, as it is parsed. */
function one(handler: unknown) {
  const parsed = parse({ hooks: { PreToolUse: [{ hooks: [handler] }] } });
  return { handler: handlersOf(parsed)[0], codes: parsed.problems.map(({ code }) => code) };
}

describe("shapes", () => {
  test("Claude's shape gives each handler its event, matcher, place and line", () => {
    const text = `{
      "hooks": {
        "PreToolUse": [
          { "matcher": "Write|Edit", "hooks": [
            { "type": "command", "command": "guard", "timeout": 5, "onFailure": "block" },
            { "type": "http", "url": "https://example.test/", "headers": { "A": "$B" }, "allowedEnvVars": ["B"] }
          ] }
        ],
        "Stop": [{ "hooks": [{ "type": "command", "command": "bye", "args": [] }] }]
      }
    }`;
    expect(parse(text)).toEqual({
      dialect: "claude",
      parse: "ok",
      shape: "grouped",
      disableAllHooks: false,
      problems: [],
      events: [
        {
          name: "PreToolUse",
          event: "PreToolUse",
          groups: [
            {
              matcher: "Write|Edit",
              handlers: [
                {
                  matcher: "Write|Edit",
                  type: "command",
                  command: "guard",
                  onFailure: "block",
                  timeoutMs: 5_000,
                  async: false,
                  at: "PreToolUse[0].hooks[0]",
                  line: 5,
                },
                {
                  matcher: "Write|Edit",
                  type: "http",
                  url: "https://example.test/",
                  headers: { A: "$B" },
                  allowedEnvVars: ["B"],
                  timeoutMs: 60_000,
                  async: false,
                  at: "PreToolUse[0].hooks[1]",
                  line: 6,
                },
              ],
            },
          ],
        },
        {
          name: "Stop",
          event: "Stop",
          groups: [
            {
              handlers: [
                {
                  type: "command",
                  command: "bye",
                  args: [],
                  timeoutMs: 60_000,
                  async: false,
                  at: "Stop[0].hooks[0]",
                  line: 9,
                },
              ],
            },
          ],
        },
      ],
    });
  });

  test.each([
    ["an empty object", {}, "ok", []],
    ["no events", { hooks: {} }, "ok", []],
    ["an event without groups", { hooks: { Stop: [] } }, "ok", []],
    ["a group without handlers", { hooks: { Stop: [{ hooks: [] }] } }, "ok", []],
    ["an empty list of hooks", { hooks: [] }, "ok_with_warnings", ["hooks_not_an_object@2"]],
    ["a list of groups for hooks", { hooks: [{ hooks: [check] }] }, "invalid", ["hooks_not_an_object@2"]],
    ["null for hooks", { hooks: null }, "invalid", ["hooks_not_an_object@2"]],
    ["a text for hooks", { hooks: "guard" }, "invalid", ["hooks_not_an_object@2"]],
    ["a list", [], "invalid", ["not_an_object@1"]],
    ["null", null, "invalid", ["not_an_object@1"]],
    ["nothing", "", "invalid_json", ["invalid_json@1"]],
    ["half of a file", '{ "hooks": {\n "Stop": [', "invalid_json", ["invalid_json@2"]],
    ["a comment", '{\n// guards\n"hooks": {} }', "invalid_json", ["invalid_json@2"]],
    ["a comma at the end", '{\n"hooks": {},\n}', "invalid_json", ["invalid_json@2"]],
    ["an event given twice", '{ "hooks": {\n"Stop": [],\n"Stop": [] } }', "invalid_json", ["invalid_json@3"]],
    ["65 levels", "[".repeat(70), "invalid_json", ["invalid_json@1"]],
  ])("%s is understood for what it is", (_, value, outcome, expected) => {
    const parsed = parse(value);
    expect([parsed.parse, codes(parsed), handlersOf(parsed)]).toEqual([outcome, expected, []]);
  });

  test("a byte order mark is no part of the text, and lines end as Windows ends them", () => {
    const parsed = parse(`\uFEFF{\r\n"hooks": {\r\n"Stop": [{ "hooks": [${JSON.stringify(check)}] }] } }`);
    expect([parsed.parse, handlersOf(parsed)[0]?.line]).toEqual(["ok", 3]);
  });

  test("handlers without groups are somebody else's shape", () => {
    const parsed = parse({ hooks: { PreToolUse: [check] } });
    expect([parsed.dialect, parsed.shape, handlersOf(parsed).length]).toEqual(["flat", "flat", 1]);
  });

  test("one handler without its group does not take the groups beside it away", () => {
    const parsed = parse({
      hooks: { PreToolUse: [check, { hooks: [check] }, { matcher: "Edit" }, 7, { hooks: 7 }] },
    });
    expect([parsed.dialect, handlersOf(parsed).map(({ at }) => at), codes(parsed)]).toEqual([
      "claude",
      ["PreToolUse[1].hooks[0]"],
      [
        "group_without_hooks@4",
        "group_without_hooks@16",
        "group_not_an_object@19",
        "group_hooks_not_a_list@21",
      ],
    ]);
  });

  test("a group alone in its file is a fragment", () => {
    const parsed = parse({ matcher: "Bash", hooks: [check] });
    expect(parsed).toMatchObject({
      dialect: "fragment",
      shape: "fragment",
      parse: "ok_with_warnings",
      events: [
        { name: "(none)", groups: [{ matcher: "Bash", handlers: [{ command: "check", at: "hooks[0]" }] }] },
      ],
    });
    expect(codes(parsed)).toEqual(["no_event_name@1"]);
  });
});

describe("events", () => {
  test("all 33 are known, in our files and in Claude's", () => {
    const hooks = Object.fromEntries(Object.keys(EVENTS).map((name) => [name, [{ hooks: [check] }]]));
    for (const about of [OWN, CLAUDES]) {
      const parsed = parse({ hooks }, about);
      expect([parsed.parse, parsed.events.map(({ event }) => event)]).toEqual(["ok", Object.keys(EVENTS)]);
    }
    expect(Object.keys(EVENTS)).toHaveLength(33);
  });

  test("OnMessage means UserPromptSubmit in our own files, and nothing in Claude's", () => {
    const hooks = { OnMessage: [{ hooks: [check] }] };
    expect(parse({ hooks })).toMatchObject({
      parse: "ok",
      events: [
        { name: "OnMessage", event: "UserPromptSubmit", groups: [{ handlers: [{ timeoutMs: 30_000 }] }] },
      ],
    });
    const theirs = parse({ hooks }, CLAUDES);
    expect([codes(theirs), theirs.events[0]?.event]).toEqual([["unknown_event:OnMessage@3"], undefined]);
    expect(theirs.problems[0]?.message).toContain("did you mean UserPromptSubmit?");
  });

  test("an event that does not exist is named with the one that was meant, and the others stay", () => {
    const parsed = parse({ hooks: { PreToolUSe: [{ hooks: [check] }], Stop: [{ hooks: [check] }] } });
    expect(codes(parsed)).toEqual(["unknown_event:PreToolUSe@3"]);
    expect(parsed.problems[0]?.message).toContain("did you mean PreToolUse?");
    expect(parsed.events.map(({ event }) => event)).toEqual([undefined, "Stop"]);
  });

  test.each([[{ hooks: [check] }], ["guard"], [null], [7], [true]])(
    "an event that is no list is named: %j",
    (value) => {
      const parsed = parse({ hooks: { PreToolUse: value, Stop: [{ hooks: [check] }] } });
      expect([codes(parsed), handlersOf(parsed).length]).toEqual([["event_not_a_list@3"], 1]);
    },
  );

  test("an event beside hooks is named: nothing would run it", () => {
    expect(codes(parse({ PreToolUse: [{ hooks: [check] }] }))).toEqual(["event_outside_hooks:PreToolUse@2"]);
  });

  test("a name is shown without what a terminal would obey, and cut", () => {
    const parsed = parse({ hooks: { [`\u001B[31m\u202E${"x".repeat(500)}`]: [] } });
    expect(parsed.problems[0]?.code).toBe(`unknown_event:\\u{1b}[31m\\u{202e}${"x".repeat(34)}…`);
    expect(parsed.problems[0]?.message).not.toMatch(/[\p{Cc}\u202E]/u);
  });
});

describe("keys that are not known", () => {
  test("are tolerated and named in a handler, a group and a file of ours", () => {
    const handler = { ...check, blocking: true, timout: 5 };
    const parsed = parse({ hooks: { Stop: [{ id: "a", hooks: [handler] }] }, disableAllHook: true });
    expect([handlersOf(parsed).length, codes(parsed)]).toEqual([
      1,
      [
        "unknown_group_key:id@5",
        "unknown_handler_key:blocking@10",
        "unknown_handler_key:timout@11",
        "unknown_root_key:disableAllHook@17",
      ].sort((a, b) => Number(a.split("@")[1]) - Number(b.split("@")[1])),
    ]);
    expect(parsed.problems.map(({ message }) => message).join()).toMatch(/"timeout".*"disableAllHooks"/su);
  });

  test("are no matter at all among Claude's other settings", () => {
    const settings = {
      permissions: { allow: ["Bash"] },
      env: {},
      hooks: {},
      model: "x",
      disableAllHooks: false,
    };
    expect(parse(settings, CLAUDES).problems).toEqual([]);
  });
});

describe("handlers", () => {
  test.each([
    ["no type", { command: "check" }, "handler_without_type"],
    ["a type that is not known", { type: "shell", command: "check" }, "unknown_handler_type"],
    ["a type that is no text", { type: 1, command: "check" }, "unknown_handler_type"],
    ["a text", "check", "handler_not_an_object"],
    ["null", null, "handler_not_an_object"],
    ["no command", { type: "command" }, "handler_without_command"],
    ["an empty command", { type: "command", command: " \n" }, "wrong_value:command"],
    ["a zero byte in the command", { type: "command", command: "a\0b" }, "wrong_value:command"],
    ["a list for a command", { type: "command", command: ["check"] }, "wrong_value:command"],
    ["a text for args", { ...check, args: "x" }, "wrong_value:args"],
    ["numbers for args", { ...check, args: [1] }, "wrong_value:args"],
    ["a shell that is not known", { ...check, shell: "fish" }, "wrong_value:shell"],
    ["an if that is a list", { ...check, if: ["Edit(*.ts)"] }, "wrong_value:if"],
    ["no url", { type: "http" }, "handler_without_url"],
    [
      "headers that are no texts",
      { type: "http", url: "https://a.test", headers: { A: 1 } },
      "wrong_value:headers",
    ],
    ["no tool", { type: "mcp_tool", server: "a" }, "handler_without_tool"],
    ["no prompt", { type: "prompt" }, "handler_without_prompt"],
  ])("%s takes this one away and no other", (_, handler, code) => {
    const parsed = parse({ hooks: { PreToolUse: [{ hooks: [check, handler, check] }] } });
    expect(parsed.parse).toBe("ok_with_warnings");
    expect(handlersOf(parsed).map(({ at }) => at)).toEqual([
      "PreToolUse[0].hooks[0]",
      "PreToolUse[0].hooks[2]",
    ]);
    expect(parsed.problems.map(({ level, code, at }) => [level, code, at])).toEqual([
      ["error", code, "PreToolUse[0].hooks[1]"],
    ]);
  });

  test.each([
    ["timeout", "30"],
    ["timeout", 0],
    ["timeout", -1],
    ["async", "yes"],
    ["statusMessage", 1],
  ])("a wrong %s (%j) is left out, and the handler stays", (field, value) => {
    expect(one({ ...check, [field]: value })).toEqual({
      handler: { ...check, timeoutMs: 60_000, async: false, at: "PreToolUse[0].hooks[0]", line: 6 },
      codes: [`wrong_value:${field}`],
    });
  });

  test("a guard with a misspelt onFailure does not fail open", () => {
    expect(one({ ...check, onFailure: "Block" })).toMatchObject({
      handler: { onFailure: "block" },
      codes: ["wrong_value:onFailure"],
    });
  });

  test("types that are not run here are read, and said to be so", () => {
    for (const handler of [
      { type: "mcp_tool", server: "a", tool: "b", input: { x: "${tool_input.file_path}" } },
      { type: "prompt", prompt: "Is $ARGUMENTS fine?", model: "small", continueOnBlock: true },
      { type: "agent", prompt: "Look at it", model: "small" },
    ]) {
      const { handler: parsed, codes } = one(handler);
      expect([parsed?.type, codes]).toEqual([handler.type, [`handler_type_not_run_by_us:${handler.type}`]]);
    }
  });

  test("what changes how a handler runs is mentioned", () => {
    expect(one({ ...check, async: true })).toMatchObject({
      handler: { async: true },
      codes: ["async_handler"],
    });
    expect(one({ ...check, asyncRewake: true, rewakeMessage: "x", rewakeSummary: "y" })).toMatchObject({
      handler: { async: true },
      codes: ["async_rewake_handler"],
    });
    expect(one({ ...check, if: "Edit(*.ts)" })).toMatchObject({
      handler: { if: "Edit(*.ts)" },
      codes: ["if_filter"],
    });
    expect(one({ ...check, once: true }).codes).toEqual(["once_ignored"]);
    expect(one({ ...check, args: ["x"], shell: "bash" }).codes).toEqual(["shell_ignored_with_args"]);
    expect(codes(parse({ hooks: { Stop: [{ hooks: [{ ...check, if: "Bash" }] }] } }))).toEqual([
      "if_never_runs_on:Stop@6",
    ]);
  });

  test.each([
    ["PreToolUse", undefined, 60_000, []],
    ["UserPromptSubmit", undefined, 30_000, []],
    ["SessionEnd", undefined, 1_500, []],
    ["PreToolUse", 0.5, 500, []],
    ["PreToolUse", 0.0001, 1, []],
    ["PreToolUse", 600, 600_000, []],
    ["PreToolUse", 601, 600_000, ["timeout_cut"]],
    ["PreToolUse", 3_599, 600_000, ["timeout_cut"]],
    ["PreToolUse", 3_600, 3_600, ["timeout_looks_like_ms"]],
    ["PreToolUse", 60_000, 60_000, ["timeout_looks_like_ms"]],
    ["PreToolUse", 1e300, 600_000, ["timeout_looks_like_ms"]],
    ["SessionEnd", 30, 30_000, []],
    ["SessionEnd", 90, 60_000, ["timeout_cut"]],
  ])("%s with a timeout of %j has %j ms", (event, timeout, ms, expected) => {
    const parsed = parse({ hooks: { [event]: [{ hooks: [{ ...check, timeout }] }] } });
    expect([handlersOf(parsed)[0]?.timeoutMs, parsed.problems.map(({ code }) => code)]).toEqual([
      ms,
      expected,
    ]);
  });

  test("more of them than anybody needs are refused as a whole", () => {
    const many = (length: number): ParsedHooks =>
      parse({ hooks: { Stop: [{ hooks: Array.from({ length }, () => check) }] } });
    expect(many(200).parse).toBe("ok");
    expect([many(201).parse, codes(many(201))]).toEqual(["invalid", ["too_many_handlers"]]);
  });

  test("of thousands of problems 200 of a kind are listed, and how many more there are", () => {
    const parsed = parse({ hooks: { Stop: Array.from({ length: 5_000 }, () => 0) } });
    expect([parsed.problems.length, parsed.problems.at(-1)?.message]).toEqual([
      201,
      "and 4800 more of the kind",
    ]);
  });
});

describe("matchers", () => {
  function matched(event: string, matcher: unknown) {
    const parsed = parse({ hooks: { [event]: [{ matcher, hooks: [check] }] } });
    return [handlersOf(parsed)[0]?.matcher, parsed.problems.map(({ code }) => code)];
  }

  test.each([
    "",
    "*",
    "Bash",
    "Write|Edit",
    "Edit, Write",
    "mcp__memory__.*",
    "^mcp__",
    "MCP:(?!x)",
    "(",
    "mcp__a__b",
    "Notebook(Edit|Read)",
  ])("%j is kept as it is", (matcher) => expect(matched("PreToolUse", matcher)).toEqual([matcher, []]));

  test.each([
    ["mcp__", "mcp_prefix_in_list_matches_nothing"],
    ["mcp__memory", "mcp_prefix_in_list_matches_nothing"],
    ["Bash|mcp__", "mcp_prefix_in_list_matches_nothing"],
    ["Bash, mcp__memory__", "mcp_prefix_in_list_matches_nothing"],
    ["Skill(plan.*)", "permission_rule_as_matcher"],
    ["Read|Bash(git *)", "permission_rule_as_matcher"],
    ['tool == "A" || tool == "B"', "empty_alternative_matches_everything"],
    ["^Edit|", "empty_alternative_matches_everything"],
  ])("%j is kept and warned about", (matcher, code) => {
    expect(matched("PostToolUse", matcher)).toEqual([matcher, [code]]);
  });

  test("where there is nothing to match one is ignored, with a warning unless it says nothing", () => {
    expect(matched("Stop", "*")).toEqual([undefined, ["matcher_ignored_on:Stop"]]);
    expect(matched("UserPromptSubmit", "")).toEqual([undefined, []]);
    expect(matched("SessionStart", "mcp__")).toEqual(["mcp__", []]);
  });

  test.each([[null], [7], [["Bash"]]])(
    "%j is no matcher: its group does not count, the next one does",
    (matcher) => {
      const parsed = parse({ hooks: { PreToolUse: [{ matcher, hooks: [check] }, { hooks: [check] }] } });
      expect([codes(parsed), handlersOf(parsed).map(({ at }) => at)]).toEqual([
        ["matcher_not_a_text@5"],
        ["PreToolUse[1].hooks[0]"],
      ]);
    },
  );
});

describe("disableAllHooks", () => {
  test.each([
    [true, true, []],
    [false, false, []],
    ["true", false, ["wrong_value:disableAllHooks@2"]],
    [1, false, ["wrong_value:disableAllHooks@2"]],
  ])("%j", (disableAllHooks, is, expected) => {
    const parsed = parse({ disableAllHooks, hooks: {} });
    expect([parsed.disableAllHooks, codes(parsed)]).toEqual([is, expected]);
  });
});

describe("other hosts", () => {
  function seen(value: unknown, file: string, own = false) {
    const { dialect, shape, events } = parse(value, { file, own });
    return {
      dialect,
      shape,
      events: events.map(({ name, event }) => `${name}=${event ?? ""}`),
      handlers: handlersOf(parse(value, { file, own })).length,
    };
  }

  test("Cursor's flat list with its own names", () => {
    const hooks = {
      preToolUse: [{ command: "a", matcher: "Shell" }],
      beforeSubmitPrompt: [{ command: "b" }],
      afterFileEdit: [{ command: "c" }, { command: "d" }],
    };
    expect(seen({ version: 1, hooks }, "/p/.cursor/hooks.json")).toEqual({
      dialect: "cursor",
      shape: "flat",
      events: ["preToolUse=PreToolUse", "beforeSubmitPrompt=UserPromptSubmit", "afterFileEdit="],
      handlers: 4,
    });
    expect(codes(parse({ version: 1, hooks }, { file: "x.json", own: false }))).toEqual([
      "event_without_claude_equivalent:afterFileEdit@15",
    ]);
  });

  test("Copilot's, by its keys for shells or by its folder", () => {
    const bash = { type: "command", bash: "./check.sh", powershell: "./check.ps1", timeoutSec: 10 };
    const events = ["PreToolUse=PreToolUse"];
    expect(seen({ version: 1, hooks: { PreToolUse: [{ hooks: [bash] }] } }, "/p/any.json")).toEqual({
      dialect: "copilot",
      shape: "grouped",
      events,
      handlers: 1,
    });
    expect(seen({ version: 1, hooks: { PreToolUse: [check] } }, "/p/.github/hooks/a.json")).toEqual({
      dialect: "copilot",
      shape: "flat",
      events,
      handlers: 1,
    });
  });

  test("Gemini's events", () => {
    const group = [{ matcher: "write_file", hooks: [{ ...check, timeout: 500 }] }];
    expect(seen({ hooks: { BeforeTool: group, BeforeToolSelection: group } }, "/p/settings.json")).toEqual({
      dialect: "gemini",
      shape: "grouped",
      events: ["BeforeTool=PreToolUse", "BeforeToolSelection="],
      handlers: 2,
    });
  });

  test("Codex's is Claude's shape in another folder", () => {
    const hooks = { PreToolUse: [{ hooks: [check] }], Interrupt: [{ hooks: [check] }] };
    expect(seen({ hooks }, "/home/me/.codex/hooks.json").dialect).toBe("codex");
    expect(seen({ hooks }, "/src/codex/.claude/settings.json").dialect).toBe("claude");
    expect(codes(parse({ hooks }, { file: "/p/.codex/hooks.json", own: false }))).toEqual([
      "event_without_claude_equivalent:Interrupt@13",
    ]);
  });

  test("Windsurf's names are nobody's that we know", () => {
    expect(
      seen({ hooks: { pre_write_code: [{ command: "a", show_output: true }] } }, "/p/.windsurf/hooks.json"),
    ).toMatchObject({ dialect: "flat", handlers: 1 });
  });

  test("a key or an event of another host in Claude's file does not take the guards beside it away", () => {
    const hooks = { PreToolUse: [{ hooks: [{ ...check, bash: "x" }] }], BeforeTool: [{ hooks: [check] }] };
    for (const about of [OWN, CLAUDES]) expect(seen({ hooks }, about.file, about.own).dialect).toBe("claude");
  });
});

describe("whatever stands in a file", () => {
  const name = fc.oneof(
    fc.constantFrom(
      ...Object.keys(EVENTS),
      "OnMessage",
      "hooks",
      "preToolUse",
      "BeforeTool",
      "__proto__",
      "constructor",
    ),
    fc.string(),
  );
  const key = fc.oneof(
    fc.constantFrom(
      "type",
      "command",
      "args",
      "matcher",
      "hooks",
      "timeout",
      "if",
      "shell",
      "async",
      "url",
      "headers",
      "bash",
      "prompt",
      "once",
      "__proto__",
      "toString",
    ),
    fc.string(),
  );
  const word = fc.oneof(
    fc.constantFrom(
      "command",
      "http",
      "prompt",
      "bash",
      "Bash|mcp__",
      "(",
      "$CLAUDE_PROJECT_DIR/x",
      '"$(',
      "'",
      "<<EOF",
      "~/x",
      "\n",
      "\0",
      "\u202E",
    ),
    fc.string({ unit: "binary" }),
  );
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      word,
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      tie("list"),
      tie("object"),
    ),
    list: fc.array(tie("any"), { maxLength: 4 }),
    object: fc.dictionary(key, tie("any"), { maxKeys: 5 }),
  }));
  const handler = fc
    .dictionary(key, value.any, { maxKeys: 6 })
    .map((some) => ({ type: "command", command: "check", ...some }));
  const group = fc.oneof(
    fc.record({ matcher: word, hooks: fc.array(fc.oneof(handler, value.any), { maxLength: 4 }) }),
    value.any,
  );
  const events = fc.dictionary(name, fc.oneof(fc.array(group, { maxLength: 4 }), value.any), { maxKeys: 4 });
  const root = fc.oneof(
    fc.record({ hooks: fc.oneof(events, value.any), disableAllHooks: value.any }, { requiredKeys: [] }),
    value.any,
  );
  const text = fc.oneof(
    fc.tuple(root, fc.constantFrom(0, 1)).map(([given, indent]) => JSON.stringify(given, null, indent) ?? ""),
    fc.tuple(root, fc.nat(), fc.string({ maxLength: 3 })).map(([given, at, more]) => {
      const whole = JSON.stringify(given, null, 1) ?? "";
      const place = at % (whole.length + 1);
      return whole.slice(0, place) + more + whole.slice(place + 1);
    }),
    fc.string(),
  );

  test("it is read without an error, and everything that is said has a place in it", () => {
    fc.assert(
      fc.property(
        text,
        fc.constantFrom(OWN, CLAUDES, { file: "/p/.cursor/hooks.json", own: false }),
        (given, about) => {
          const parsed = parseHooks(given, about);
          const lines = given.split("\n").length;
          for (const { line } of [...handlersOf(parsed), ...parsed.problems]) {
            if (line === undefined) continue;
            expect(line).toBeGreaterThanOrEqual(1);
            expect(line).toBeLessThanOrEqual(lines);
          }
          for (const { timeoutMs } of handlersOf(parsed)) expect(timeoutMs).toBeGreaterThan(0);
          for (const { code, message } of parsed.problems)
            expect(`${code}${message}`).not.toMatch(/[\p{Cc}\u202E]/u);
          expect(parsed.parse === "ok").toBe(parsed.problems.length === 0);
        },
      ),
    );
  });

  test("what was wrong with one handler is nothing to the others", () => {
    fc.assert(
      fc.property(
        fc.array(value.any, { maxLength: 4 }),
        fc.array(value.any, { maxLength: 4 }),
        (before, after) => {
          const parsed = parse({ hooks: { PreToolUse: [{ hooks: [...before, check, ...after] }] } });
          const at = `PreToolUse[0].hooks[${before.length}]`;
          expect(handlersOf(parsed).find((handler) => handler.at === at)?.command).toBe("check");
        },
      ),
    );
  });

  test.each([
    ["groups", `{"hooks":{"Stop":[${"{},".repeat(80_000)}{}]}}`],
    [
      "events",
      JSON.stringify({
        hooks: Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`E${index}`, 0])),
      }),
    ],
    [
      "keys",
      JSON.stringify({
        hooks: {
          Stop: [
            {
              hooks: [
                Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`timeou${index}`, 0])),
              ],
            },
          ],
        },
      }),
    ],
    ...["$CLAUDE_A", "'a\"", "$(", "a=$", "\\", "a|", "$CLAUDE_PROJECT_DIR", "`", "<", "\n"].map(
      (piece): [string, string] => {
        const command = `a=${"a".repeat(1_000)}${piece.repeat(Math.floor(250_000 / piece.length))}`;
        return [
          JSON.stringify(piece),
          JSON.stringify({ hooks: { Stop: [{ matcher: command, hooks: [{ type: "command", command }] }] } }),
        ];
      },
    ),
  ])("a file full of %s is read in no time", (_, full) => {
    const started = performance.now();
    parseHooks(full, OWN);
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});
