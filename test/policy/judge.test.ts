import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Place } from "../../shared/access.ts";
import { judge, type Case, type Target } from "../../shared/policy/judge.ts";
import { classify } from "../../shared/policy/protected.ts";
import { readyRule, type Rule } from "../../shared/policy/rule.ts";
import { tierOf } from "../../shared/policy/tier.ts";

const place = (relative: string): Place => ({ root: "/r", relative });
const target = (relative: string, leadsTo = relative): Target => ({
  spelled: place(relative),
  place: place(leadsTo),
  onlyRead: false,
});

function caseOf(
  rules: readonly Rule[],
  changes: Partial<Case> & { effect?: "read" | "write" | "destroy"; argv?: string[] } = {},
): Case {
  const { effect = "destroy", argv, ...rest } = changes;
  return {
    facts: { tool: "git.git_push", effect, argv, within: "/r", at: 1_000 },
    tier: tierOf(effect, "local"),
    targets: [target("a/b")],
    foreseen: [],
    rules: rules.map(readyRule),
    classify,
    readOnly: false,
    ask: "elicit",
    hooks: undefined,
    show: ({ relative }) => relative,
    ...rest,
  };
}

const rule = (decision: Rule["decision"], changes: Partial<Rule> = {}): Rule => ({
  id: "r1",
  decision,
  origin: "person",
  ...changes,
});

describe("rules", () => {
  const anyRule = fc.record(
    {
      id: fc.constant("r"),
      decision: fc.constantFrom("allow" as const, "ask" as const, "deny" as const),
      tool: fc.constantFrom("*", "git.*", "git.git_push", "filesystem.*"),
      path: fc.constantFrom("**", "a", "a/**", "a/b", "*/b", "x/**", "/r/a/b", "/other/**"),
      origin: fc.constantFrom("person" as const, "project" as const),
    },
    { requiredKeys: ["id", "decision", "origin"] },
  ) as fc.Arbitrary<Rule>;

  test("deny beats ask beats allow, whatever else is there and in whatever order", () => {
    fc.assert(
      fc.property(
        fc.array(anyRule, { maxLength: 8 }),
        fc.constantFrom("a/b", "a", "x/y", "z"),
        (rules, path) => {
          const of = caseOf(rules, { targets: [target(path)] });
          const fitting = of.rules
            .filter(({ applies, matches }) => applies(of.facts) && matches(place(path)))
            .map((each) => each.rule.decision);
          const expected = fitting.includes("deny")
            ? "deny"
            : fitting.includes("ask") || !fitting.includes("allow")
              ? "ask"
              : "allow";
          const ruling = judge(of);
          expect(ruling.kind).toBe(expected);
          if (ruling.kind === "ask")
            expect(ruling.lifetimes).toEqual(
              fitting.includes("ask") ? ["once"] : ["once", "session", "always"],
            );
          expect(judge({ ...of, rules: of.rules.toReversed() }).kind).toBe(expected);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test("a deny or ask rule looks at the spelling and at where it leads, a grant only at where it leads", () => {
    const behindLink = { targets: [target("link", "a/b")] };
    expect(judge(caseOf([rule("deny", { path: "link" })], behindLink)).kind).toBe("deny");
    expect(judge(caseOf([rule("deny", { path: "a" })], behindLink)).kind).toBe("deny");
    expect(judge(caseOf([rule("allow", { path: "link" })], behindLink)).kind).toBe("ask");
    expect(judge(caseOf([rule("allow", { path: "a/b" })], behindLink)).kind).toBe("allow");
  });

  test("a deny rule finds its path in another case, a grant does not", () => {
    const shouted = { targets: [target("A/B")] };
    expect(judge(caseOf([rule("deny", { path: "a/b" })], shouted)).kind).toBe("deny");
    expect(judge(caseOf([rule("allow", { path: "a/b" })], shouted)).kind).toBe("ask");
  });

  test("grants have to cover every path of the call, together", () => {
    const two = { targets: [target("a/b"), target("c")] };
    expect(judge(caseOf([rule("allow", { path: "a/**" })], two)).kind).toBe("ask");
    expect(judge(caseOf([rule("allow", { path: "a/**" }), rule("allow", { path: "c" })], two)).kind).toBe(
      "allow",
    );
    expect(judge(caseOf([rule("deny", { path: "c" }), rule("allow")], two)).kind).toBe("deny");
  });

  test("match the first words of a command, and all of them where it says so", () => {
    const run = (argv: string[], rules: Rule[]): string => judge(caseOf(rules, { argv, targets: [] })).kind;
    expect(run(["npm", "test", "--x"], [rule("allow", { argv: ["npm", "test"] })])).toBe("allow");
    expect(run(["npm", "test", "--x"], [rule("allow", { argv: ["npm", "test"], exact: true })])).toBe("ask");
    expect(run(["npm"], [rule("allow", { argv: ["npm", "test"] })])).toBe("ask");
    expect(run(["/tmp/npm", "test"], [rule("allow", { argv: ["npm", "test"] })])).toBe("ask");
    expect(run(["/bin/rm", "x"], [rule("deny", { argv: ["rm"] }), rule("allow")])).toBe("deny");
  });

  test("end at their time, and hold only for what they were given for", () => {
    const ruled = (allow: Partial<Rule>, changes: Parameters<typeof caseOf>[1] = {}): string =>
      judge(caseOf([rule("allow", allow)], changes)).kind;
    expect(ruled({ until: "1970-01-01T00:00:02Z" })).toBe("allow");
    expect(ruled({ until: "1970-01-01T00:00:01Z" })).toBe("ask");
    expect(ruled({ effect: "write" })).toBe("ask");
    expect(ruled({ effect: "destroy" })).toBe("allow");
    expect(ruled({ within: "/r" }, { targets: [] })).toBe("allow");
    expect(ruled({ within: "/other" }, { targets: [] })).toBe("ask");
  });
});

describe("without rules", () => {
  test("read-only refuses what is not a reading call", () => {
    const kinds = (["read", "write", "destroy"] as const).map(
      (effect) => judge(caseOf([rule("allow")], { effect, readOnly: true })).kind,
    );
    expect(kinds).toEqual(["allow", "deny", "deny"]);
  });

  test("a write to a protected place is refused before anybody is asked, whatever was granted", () => {
    const writes = [".git/config", "x/.env", ".GIT/hooks/a", ".plumbline/config.json"].map((path) =>
      judge(caseOf([rule("allow", { path: "**" })], { effect: "write", targets: [target(path)] })),
    );
    expect(writes.map(({ kind }) => kind)).toEqual(["deny", "deny", "deny", "deny"]);
    expect(judge(caseOf([], { effect: "write", targets: [target("link", ".git/config")] })).kind).toBe(
      "deny",
    );
  });

  test("a write to what runs later asks, until a grant names its path", () => {
    const write = (rules: Rule[]): string =>
      judge(caseOf(rules, { effect: "write", targets: [target(".github/workflows/ci.yml")] })).kind;
    expect(write([])).toBe("ask");
    expect(write([rule("allow", { tool: "*" })])).toBe("ask");
    expect(write([rule("allow", { path: ".github/**" })])).toBe("allow");
  });

  test("a client that asks by itself is left with tier 2, not with tier 3", () => {
    expect(judge(caseOf([], { ask: "host", tier: 2 })).kind).toBe("allow");
    expect(judge(caseOf([], { ask: "host", tier: 3 })).kind).toBe("ask");
  });

  test("a hook's ask and the policy's are one question, and a grant does not answer the hook", () => {
    const hooks = { decision: "ask", reason: "touches billing" } as const;
    const ruling = judge(caseOf([], { hooks }));
    expect(ruling).toMatchObject({
      kind: "ask",
      lifetimes: ["once"],
      reasons: ["a hook asks: touches billing", "it cannot be undone"],
    });
    expect(judge(caseOf([rule("allow")], { hooks }))).toMatchObject({
      kind: "ask",
      reasons: ["a hook asks: touches billing"],
    });
    expect(judge(caseOf([rule("allow")], { hooks: { decision: "deny" } })).kind).toBe("deny");
  });
});
