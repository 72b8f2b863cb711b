import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { EventName } from "../../../hooks/config/events.ts";
import { compileMatcher } from "../../../hooks/match/matcher.ts";
import { PatternRunner } from "../../../hooks/match/pattern-runner.ts";

const NAMES = [
  "Bash",
  "Edit",
  "MultiEdit",
  "NotebookEdit",
  "Write",
  "Read",
  "Skill",
  "Agent",
  "TaskStop",
  "mcp__memory",
  "mcp__memory__create_entities",
  "mcp__filesystem__edit_file",
  "mcp__brave-search__web",
];

function selectedBy(text: string | undefined, event: EventName = "PreToolUse"): string[] {
  const matcher = compileMatcher(text, event);
  return NAMES.filter((name) => matcher.test(name) === true);
}

function kindOf(text: string | undefined, event: EventName = "PreToolUse"): string {
  return compileMatcher(text, event).kind;
}

describe("what a matcher selects", () => {
  test.each([undefined, "", "*"])("%j selects everything", (text) => {
    expect(kindOf(text)).toBe("all");
    expect(selectedBy(text)).toEqual(NAMES);
  });

  test.each([
    ["Bash", ["Bash"]],
    ["bash", []],
    ["Edit", ["Edit"]],
    ["Write|Edit|MultiEdit", ["Edit", "MultiEdit", "Write"]],
    ["Edit, Write", ["Edit", "Write"]],
    [" Edit | Write ,Bash", ["Bash", "Edit", "Write"]],
    ["mcp__brave-search__web", ["mcp__brave-search__web"]],
    ["mcp__filesystem", []],
    ["Bash|mcp__filesystem", ["Bash"]],
    ["Bash|", ["Bash"]],
    ["|", []],
    [" ", []],
  ])("a list of names %j", (text, selected) => {
    expect(kindOf(text)).toBe("list");
    expect(selectedBy(text)).toEqual(selected);
  });

  test.each([
    ["mcp__memory__.*", ["mcp__memory__create_entities"]],
    [
      "^mcp__",
      ["mcp__memory", "mcp__memory__create_entities", "mcp__filesystem__edit_file", "mcp__brave-search__web"],
    ],
    ["Edit.*", ["Edit", "MultiEdit", "NotebookEdit"]],
    ["^Edit$", ["Edit"]],
    [".*", NAMES],
    ["mcp__(?!memory)", ["mcp__filesystem__edit_file", "mcp__brave-search__web"]],
    ['tool == "Bash" && tool_input.command matches "x"', []],
    ["Skill(x.*)", []],
    ["Bash(git *)", []],
    ["Write|Edit(.*)", ["Edit", "MultiEdit", "NotebookEdit", "Write"]],
    ["Edit;Write", []],
    ["/Edit/", []],
  ])("a regular expression %j, anywhere in the name", (text, selected) => {
    expect(kindOf(text)).toBe("regex");
    expect(selectedBy(text)).toEqual(selected);
  });

  test("two bars make a list with an empty name, or with any other sign an alternative that matches every tool", () => {
    expect(selectedBy("Bash || Edit")).toEqual(["Bash", "Edit"]);
    expect(selectedBy("Bash || Edit.")).toEqual(NAMES);
    expect(selectedBy('tool == "Bash" || tool == "Edit"')).toEqual(NAMES);
  });

  test.each(["(", "[a", "*Edit", "a{2,1}", "+", "(?<n>a)(?<n>b)", String.raw`\k<a>(?<b>)`])(
    "%j is no pattern, which is a problem and not a no",
    (text) => {
      const matcher = compileMatcher(text, "PreToolUse");
      expect(matcher.kind).toBe("invalid");
      expect(matcher.problem).toMatch(/^is no valid regular expression: \S/u);
      expect(matcher.test("Edit")).toBe("unknown");
    },
  );

  test("what a broken pattern holds does not come through to the screen", () => {
    expect(compileMatcher("(?\u{1b}[2J\u{202e}", "PreToolUse").problem).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  test("old names stand for the tools of today, in lists, in expressions and the other way round", () => {
    for (const text of ["Task", "^Task$", "Task|Bash"])
      expect(compileMatcher(text, "PreToolUse").test("Agent")).toBe(true);
    for (const text of ["KillShell", "KillBash", "^Kill"]) expect(selectedBy(text)).toEqual(["TaskStop"]);
    expect(compileMatcher("AgentOutputTool|BashOutputTool", "PreToolUse").test("TaskOutput")).toBe(true);
    expect(compileMatcher("Agent", "PostToolUse").test("Task")).toBe(true);
    expect(compileMatcher("TaskStop", "PostToolUse").test("KillBash")).toBe(true);
    expect(compileMatcher("Task", "SubagentStop").test("Agent")).toBe(false);
  });

  test("an event without a value ignores its matcher", () => {
    expect(kindOf("Bash", "Stop")).toBe("all");
    expect(kindOf("(", "UserPromptSubmit")).toBe("all");
  });

  test("lists of FileChanged and StopFailure know no hyphen, space or comma", () => {
    expect([kindOf("a_b|c1", "FileChanged"), kindOf("rate-limit", "StopFailure")]).toEqual(["list", "regex"]);
    expect([kindOf("a, b", "FileChanged"), kindOf("a b", "StopFailure")]).toEqual(["regex", "regex"]);
    const matcher = compileMatcher(".env|.envrc", "FileChanged");
    expect([matcher.test(".env"), matcher.test(".envrc"), matcher.test("a.ts")]).toEqual([true, true, false]);
    expect(kindOf("rate-limit", "Notification")).toBe("list");
  });
});

describe("matchers from hostile files", () => {
  test("an expression that is too long is refused, a long list is not", () => {
    const long = compileMatcher(`${"a".repeat(512)}.`, "PreToolUse");
    expect([long.kind, long.problem, long.test("a")]).toEqual([
      "invalid",
      "is longer than 512 characters",
      "unknown",
    ]);
    const list = `${"Tool_with_a_long_name|".repeat(100)}Bash`;
    expect(selectedBy(list)).toEqual(["Bash"]);
  });

  test("a name that is too long is not cut and never waved through", () => {
    const matcher = compileMatcher("x$", "PreToolUse");
    expect(matcher.test(`${"a".repeat(128)}x`)).toBe("unknown");
    expect(matcher.test(`${"a".repeat(127)}x`)).toBe(true);
    expect(compileMatcher("a".repeat(300), "PreToolUse").test("a".repeat(300))).toBe(true);
  });

  const HANGS = [
    "(a+)+$",
    "(a|a)*$",
    "(.*a){20}b",
    `${"a*".repeat(200)}b`,
    "(?:a{1,1000}){1,1000}$",
    "((((a{0,99}){0,99}){0,99}){0,99})b",
    "(?:[a-z]{1,50}){50}[0-9]",
    `(${"a|".repeat(200)}a)*$`,
    "(?=(a+)+$)b",
    String.raw`(a*)*\1$`,
    "(?<=(a|a)*b)c$",
  ];

  test.each(HANGS)("%s is stopped soon, says so, and is not tried for long", (pattern) => {
    const matcher = compileMatcher(pattern, "PreToolUse");
    const names = Array.from({ length: 40 }, (_, index) => `${"a".repeat(60 + index)}!`);
    const waits = names.map((name) => {
      const startedAt = performance.now();
      expect(["unknown", false]).toContain(matcher.test(name));
      return performance.now() - startedAt;
    });
    // three of 50 ms each, with much room for a busy machine
    expect(waits.reduce((sum, wait) => sum + wait, 0)).toBeLessThan(1_000);
    if (names.some((name) => matcher.test(name) === "unknown"))
      expect(matcher.problem).toContain("takes too long as a regular expression");
  });

  test("a name that took too long stays undecided, and names decided before stay decided", () => {
    const matcher = compileMatcher("^(a|a)*$", "PreToolUse");
    expect(matcher.test("Edit")).toBe(false);
    for (let round = 0; round < 5; round++) expect(matcher.test(`${"a".repeat(60)}!`)).toBe("unknown");
    expect(matcher.test("Edit")).toBe(false);
  });

  test("many hostile matchers together hold up the process no longer than a few", () => {
    const runner = new PatternRunner();
    const startedAt = performance.now();
    for (let index = 0; index < 100; index++)
      expect(compileMatcher(`(a|a)*${index}$`, "PreToolUse", runner).test("a".repeat(60))).toBe("unknown");
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  test("a plain matcher is decided even when strangers' matchers took all the time there is", () => {
    const runner = new PatternRunner();
    for (let index = 0; index < 100; index++)
      compileMatcher(`(a|a)*${index}$`, "PreToolUse", runner).test("a".repeat(60));
    const plain = compileMatcher("mcp__.*__delete_.*", "PreToolUse", runner);
    expect(["mcp__fs__delete_path", "mcp__fs__edit_file"].map((name) => plain.test(name))).toEqual([
      true,
      false,
    ]);
  });

  test("text of a pattern or a name is never run as code", () => {
    const texts = ['"); globalThis.pwned = 1; ("', "\u2028", "\\", "${1}", "`", "'"];
    for (const text of texts) {
      const pattern = `${text.replaceAll(/[\\()$*+?.[\]{}|^]/gu, String.raw`\$&`)}|no such name`;
      expect(compileMatcher(`(?:${pattern})`, "PreToolUse").test(text)).toBe(true);
    }
    expect(globalThis).not.toHaveProperty("pwned");
  });
});

describe("agreement with plain regular expressions", () => {
  const word = fc.stringMatching(/^[A-Za-z_]{0,12}$/u);
  const piece = fc.oneof(
    word,
    fc.constantFrom(".", ".*", "^", "$", "(?:Edit)", "[A-Z]", String.raw`\w+`, "x?", "(?!Bash)", "|"),
  );

  test("what is no list is tested as it stands", () => {
    fc.assert(
      fc.property(
        fc.array(piece, { minLength: 1, maxLength: 6 }),
        fc.constantFrom(...NAMES),
        (pieces, name) => {
          const text = pieces.join("");
          fc.pre(!/^[\w\-, |]*$/u.test(text));
          let plain: boolean | "unknown" = "unknown";
          try {
            plain = new RegExp(text).test(name);
          } catch {
            // a pattern that JavaScript does not take
          }
          fc.pre(name !== "Agent" && name !== "TaskStop");
          const ask = (): boolean | "unknown" => compileMatcher(text, "PreToolUse").test(name);
          const first = ask();
          // a machine that stood still for 50 ms looks like a pattern that does
          expect(first === "unknown" ? ask() : first).toBe(plain);
        },
      ),
      { numRuns: 200 },
    );
  });

  test("a list selects exactly its names", () => {
    const separator = fc.constantFrom("|", ",", " | ", ", ");
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 5 }),
        separator,
        (names, between) => {
          expect(selectedBy(names.join(between))).toEqual(NAMES.filter((name) => names.includes(name)));
        },
      ),
    );
  });
});
