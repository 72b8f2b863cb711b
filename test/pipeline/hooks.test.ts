import { expect, test } from "vitest";
import type { Call, HookVerdict, Sealed } from "../../shared/call.ts";
import { withHooks, type CallHooks } from "../../shared/pipeline/hooks.ts";
import { fixture, freshCall, textOf } from "../support/calls.ts";

/** Hooks that give one verdict and mark the answer; `seen` counts how often they were asked. */
function hooks(verdict: HookVerdict & { readonly input?: unknown }) {
  const seen = { before: 0, after: 0 };
  const value: CallHooks = {
    before: async () => {
      seen.before += 1;
      return verdict;
    },
    after: async (_tool, answer) => {
      seen.after += 1;
      return answer.kind === "answer"
        ? { ...answer, parts: [...answer.parts, { type: "text", text: "after" }] }
        : answer;
    },
  };
  return { seen, value };
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

test("without hooks the endpoint is left as it is", () => {
  const endpoint = fixture();
  expect(withHooks(undefined)(endpoint)).toBe(endpoint);
});

test("the verdict reaches policy, and what comes after may change the answer", async () => {
  const { value } = hooks({ decision: "ask", reason: "a migration" });
  const endpoint = fixture();
  let below: Call | undefined;
  const watched = { ...endpoint, call: (input: unknown, call: Call) => endpoint.call(input, (below = call)) };
  expect(textOf(await withHooks(value)(watched).call({}, freshCall()))).toBe("done\nafter");
  expect(below?.hooks).toEqual({ decision: "ask", reason: "a migration" });
});

test("rewritten arguments are checked like the caller's own", async () => {
  const inputs: unknown[] = [];
  const endpoint = fixture({ run: (input) => inputs.push(input) });
  await withHooks(hooks({ decision: "none", input: { path: "b" } }).value)(endpoint).call(
    { path: "a" },
    freshCall(),
  );
  expect(inputs).toEqual([{ path: "b" }]);
  const wrong = withHooks(hooks({ decision: "none", input: { pth: "b" } }).value)(endpoint).call(
    {},
    freshCall(),
  );
  await expect(wrong).rejects.toMatchObject({ code: "invalid_input" });
});

test("a call that answers a question keeps the verdict that was sealed, and the hooks are not asked again", async () => {
  const { seen, value } = hooks({ decision: "deny" });
  const endpoint = fixture();
  let below: Call | undefined;
  const watched = { ...endpoint, call: (input: unknown, call: Call) => endpoint.call(input, (below = call)) };
  const resumed = { sealed, reply: { kind: "yes", lifetime: "once" } as const };
  await withHooks(value)(watched).call({}, freshCall({ resumed }));
  expect(below?.hooks).toEqual(sealed.hooks);
  expect(seen).toEqual({ before: 0, after: 1 });
});

test("a question goes up without passing what runs after a call", async () => {
  const { seen, value } = hooks({ decision: "none" });
  const asking = {
    ...fixture(),
    call: async () =>
      ({ kind: "question", question: { message: "?", lifetimes: ["once"] }, sealed }) as const,
  };
  expect(await withHooks(value)(asking).call({}, freshCall())).toMatchObject({ kind: "question" });
  expect(seen.after).toBe(0);
});
