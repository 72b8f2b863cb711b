import { expect, test } from "vitest";
import type { Call, HookVerdict, Sealed } from "../../shared/call.ts";
import { ToolError } from "../../shared/errors.ts";
import { withBudget } from "../../shared/pipeline/budget.ts";
import { withFailures } from "../../shared/pipeline/failures.ts";
import { withHooks, type BeforeCall, type CallHooks } from "../../shared/pipeline/hooks.ts";
import { fixture, freshCall, textOf } from "../support/calls.ts";

/** Hooks that give one answer before a call and add a note after it; `seen` lists what they were asked. */
function hooks(before: BeforeCall | undefined, changes: Partial<CallHooks> = {}) {
  const seen: string[] = [];
  const value: CallHooks = {
    before: async () => {
      seen.push("before");
      return before;
    },
    prepare: async () => void seen.push("prepare"),
    approve: async (hashes, reply) => void seen.push(`approve ${hashes.join()} ${reply.kind}`),
    after: async (_tool, _input, { answer }) => {
      seen.push("after");
      return { ...answer, notes: ["[hook] after"] };
    },
    failed: async () => {
      seen.push("failed");
      return { notes: ["[hook] failed"] };
    },
    ...changes,
  };
  return { seen, value };
}

function verdict(value: HookVerdict, input?: unknown): BeforeCall {
  return { kind: "verdict", verdict: value, ...(input === undefined ? {} : { input }) };
}

const sealed: Sealed = {
  id: "c1",
  trace: "t1",
  caller: "test",
  tool: "fixture.fixture_tool",
  hash: "",
  input: {},
  hooks: { decision: "ask", reason: "a migration" },
  places: [],
};
const question = { message: "May this hook run?", lifetimes: ["always"] } as const;
const yes = { kind: "yes", lifetime: "always" } as const;

/** An endpoint that policy allowed, as far as its record says, and what reached it. */
function watched(run?: (input: unknown) => unknown) {
  const endpoint = fixture(run === undefined ? {} : { run });
  const calls: Call[] = [];
  return {
    calls,
    endpoint: {
      ...endpoint,
      call(input: unknown, call: Call) {
        calls.push(call);
        call.record.decision = "allowed";
        return endpoint.call(input, call);
      },
    },
  };
}

test("a call that no hook has a word in goes straight through, and nothing is asked after it", async () => {
  const { seen, value } = hooks(undefined);
  const { endpoint, calls } = watched();
  expect(textOf(await withHooks(value)(endpoint).call({}, freshCall()))).toBe("done");
  expect(seen).toEqual(["before"]);
  expect(calls[0]?.hooks).toBeUndefined();
});

test("the verdict reaches policy, and what is said before and after the call stands behind the answer", async () => {
  const { value } = hooks(verdict({ decision: "ask", reason: "a migration", notes: ["[hook] before"] }));
  const { endpoint, calls } = watched();
  const answer = await withBudget()(withHooks(value)(endpoint)).call({}, freshCall());
  expect(textOf(answer)).toBe("done\n[hook] before\n[hook] after");
  expect(calls[0]?.hooks).toMatchObject({ decision: "ask", reason: "a migration" });
});

test("long notes leave the answer half of its budget, and say that they were cut", async () => {
  const { value } = hooks(verdict({ decision: "none", notes: ["n".repeat(5_000)] }));
  const endpoint = fixture({ text: "t".repeat(5_000) });
  const answer = await withBudget()(withHooks(value)(endpoint)).call({ budget: 2_000 }, freshCall());
  const text = textOf(answer);
  expect(text.length).toBeLessThanOrEqual(2_001);
  expect(text).toMatch(/^\[partial: .*\nt+\n\[partial: .*\nn+$/u);
});

test("rewritten arguments are checked like the caller's own, and wrong ones are called the hook's fault", async () => {
  const inputs: unknown[] = [];
  const { endpoint } = watched((input) => inputs.push(input));
  await withHooks(hooks(verdict({ decision: "none" }, { path: "b" })).value)(endpoint).call(
    { path: "a" },
    freshCall(),
  );
  expect(inputs).toEqual([{ path: "b" }]);
  const wrong = withHooks(hooks(verdict({ decision: "none" }, { pth: "b" })).value)(endpoint).call(
    {},
    freshCall(),
  );
  await expect(wrong).rejects.toMatchObject({
    code: "external",
    message: expect.stringContaining("a hook gave"),
  });
  expect(inputs).toHaveLength(1);
});

test("a call that answers a question about itself keeps the verdict that was sealed, and the hooks are not asked again", async () => {
  const { seen, value } = hooks(verdict({ decision: "deny" }));
  const { endpoint, calls } = watched();
  await withHooks(value)(endpoint).call({}, freshCall({ resumed: { sealed, reply: yes } }));
  expect(calls[0]?.hooks).toEqual(sealed.hooks);
  expect(seen).toEqual(["prepare", "after"]);
});

test("a question goes up without passing what runs after a call", async () => {
  const { seen, value } = hooks(verdict({ decision: "none" }));
  const asking = {
    ...fixture(),
    call: async () => ({ kind: "question", question, sealed }) as const,
  };
  expect(await withHooks(value)(asking).call({}, freshCall())).toMatchObject({ kind: "question" });
  expect(seen).not.toContain("after");
});

test("a question about the hooks themselves stops before the tool, and its answer is no answer about the call", async () => {
  const { seen, value } = hooks({ kind: "question", question, trust: ["h1", "h2"] });
  const { endpoint, calls } = watched();
  const asked = await withHooks(value)(endpoint).call({ path: "a" }, freshCall());
  if (asked.kind !== "question") throw new Error("no question");
  expect(asked.sealed).toMatchObject({
    trust: ["h1", "h2"],
    input: { path: "a" },
    tool: "fixture.fixture_tool",
  });
  expect(calls).toEqual([]);

  const after = hooks(verdict({ decision: "none" }));
  const resumed = { sealed: asked.sealed, reply: yes };
  await withHooks(after.value)(endpoint).call({ path: "a" }, freshCall({ resumed }));
  expect(after.seen).toEqual(["approve h1,h2 yes", "before", "prepare", "after"]);
  expect(calls[0]?.resumed).toBeUndefined();
  expect(seen).toEqual(["before"]);
});

test("a tool that failed is told to hooks, one that policy refused is not", async () => {
  const { seen, value } = hooks(verdict({ decision: "none", notes: ["[hook] before"] }));
  const failing = (decision: "allowed" | "denied") => ({
    ...fixture(),
    call: async (_input: unknown, call: Call) => {
      call.record.decision = decision;
      throw new ToolError("conflict", "it changed");
    },
  });
  const failed = await withFailures()(withHooks(value)(failing("allowed"))).call({}, freshCall());
  expect(textOf(failed)).toBe("conflict: it changed\n[hook] before\n[hook] failed");
  await withFailures()(withHooks(value)(failing("denied"))).call({}, freshCall());
  expect(seen.filter((each) => each === "failed")).toHaveLength(1);
});

test("a hook that stops everything marks the refusal, so that a host can stop", async () => {
  const { value } = hooks(verdict({ decision: "deny", stop: "enough" }));
  const refusing = {
    ...fixture(),
    call: async () => {
      throw new ToolError("denied", "a hook of the person denies this call");
    },
  };
  const answer = await withFailures()(withHooks(value)(refusing)).call({}, freshCall());
  expect(answer).toMatchObject({ error: "denied", stop: "enough" });
});
