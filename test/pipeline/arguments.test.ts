import { expect, test } from "vitest";
import { ToolError } from "../../shared/errors.ts";
import { withArguments } from "../../shared/pipeline/arguments.ts";
import { hashCall } from "../../shared/pipeline/hash-call.ts";
import type { Answer, Endpoint, Sealed } from "../../shared/call.ts";
import { fixture, freshCall, textOf } from "../support/calls.ts";

async function refusal(input: unknown): Promise<ToolError> {
  const error: unknown = await withArguments()(fixture())
    .call(input, freshCall())
    .catch((thrown: unknown) => thrown);
  if (!(error instanceof ToolError)) throw new Error("expected a ToolError");
  return error;
}

test("names an unknown argument, the one that was meant, and all that there are", async () => {
  const error = await refusal({ pth: "a" });
  expect(error.code).toBe("invalid_input");
  expect(error.message).toBe('fixture_tool: "pth" is not an argument (path?)');
  expect(error.hint).toBe("Arguments: path?, limit?, budget?.");
});

test("names the argument of the wrong type and what is expected", async () => {
  expect((await refusal({ limit: "ten" })).message).toMatch(/^fixture_tool: limit: .*expected number/);
});

test("refuses arguments that are no object in words of its own", async () => {
  for (const input of [[], "text", 7, null]) {
    const answer = withArguments()(fixture()).call(input, freshCall());
    if (input === null) expect(textOf(await answer)).toBe("done");
    else await expect(answer).rejects.toMatchObject({ code: "invalid_input" });
  }
});

test("bounds what it repeats of hostile arguments", async () => {
  const error = await refusal(
    Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`k${index}`.repeat(50), 1])),
  );
  expect(error.message.length).toBeLessThan(1_000);
});

const asking: Endpoint = {
  ...fixture(),
  call: async (input, call): Promise<Answer> => {
    if (call.resumed !== undefined)
      return { kind: "answer", parts: [{ type: "text", text: JSON.stringify(input) }] };
    const sealed: Sealed = {
      id: call.id,
      trace: call.trace,
      caller: call.caller.id,
      tool: "fixture.fixture_tool",
      hash: "",
      input: { path: "rewritten" },
      hooks: { decision: "none" },
      places: [],
    };
    return { kind: "question", question: { message: "?", lifetimes: ["once"] }, sealed };
  },
};

test("seals the arguments as they came and runs those that the person was asked about", async () => {
  const endpoint = withArguments()(asking);
  const first = await endpoint.call({ path: "a", limit: 1 }, freshCall());
  if (first.kind !== "question") throw new Error("expected a question");
  expect(first.sealed.hash).toBe(hashCall(endpoint.tool, { limit: 1, path: "a" }));
  const resumed = { sealed: first.sealed, reply: { kind: "yes", lifetime: "once" } as const };
  expect(textOf(await endpoint.call({ limit: 1, path: "a" }, freshCall({ resumed })))).toBe(
    '{"path":"rewritten"}',
  );
});

test("refuses an answer that comes with other arguments than the question", async () => {
  const endpoint = withArguments()(asking);
  const first = await endpoint.call({ path: "a" }, freshCall());
  if (first.kind !== "question") throw new Error("expected a question");
  const resumed = { sealed: first.sealed, reply: { kind: "yes", lifetime: "once" } as const };
  await expect(endpoint.call({ path: "b" }, freshCall({ resumed }))).rejects.toMatchObject({
    code: "conflict",
  });
});
