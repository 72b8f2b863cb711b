import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { createFixture } from "./fixture.ts";
import { host, send, type Hosted } from "./host.ts";

const META = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientInfo": { name: "raw\n\u202Eclient", version: "1" },
  "io.modelcontextprotocol/clientCapabilities": { elicitation: {} },
};
const YES = { answer: { action: "accept", content: { decision: "allow once" } } };

async function call(hosted: Hosted, params: Record<string, unknown>, token?: string) {
  const headers = {
    "mcp-protocol-version": "2026-07-28",
    "mcp-method": "tools/call",
    "mcp-name": "asks",
    ...(token === undefined ? {} : { authorization: token }),
  };
  const body = JSON.stringify({
    jsonrpc: "2.0",
    id: 1,
    method: "tools/call",
    params: { name: "asks", arguments: { say: "rm" }, _meta: META, ...params },
  });
  const got = await send(hosted, { path: "/mcp/fixture", headers, body });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a test reads what it expects
  return JSON.parse(got.text) as { result?: { requestState?: string }; error?: { code: number } };
}

describe("an answer", () => {
  test("is taken once", async () => {
    await using hosted = await host();
    const requestState = (await call(hosted, {})).result?.requestState;
    expect(requestState).toBeTypeOf("string");
    const answered = await call(hosted, { requestState, inputResponses: YES });
    expect(answered.result).toMatchObject({ content: [{ text: expect.stringContaining('"kind":"yes"') }] });
    const again = await call(hosted, { requestState, inputResponses: YES });
    expect(again.error?.code).toBe(-32_602);
    expect(hosted.fixture.calls).toHaveLength(2);
  });

  test.each([
    ["with a state of its own making", "v1.e30.AAAA"],
    ["with nonsense for a state", "nonsense"],
  ])("%s reaches no handler", async (_, requestState) => {
    await using hosted = await host();
    expect((await call(hosted, { requestState, inputResponses: YES })).error?.code).toBe(-32_602);
    expect(hosted.fixture.calls).toEqual([]);
  });

  test("with a changed state reaches no handler", async () => {
    await using hosted = await host();
    const state = String((await call(hosted, {})).result?.requestState);
    const [version, body, mac] = state.split(".");
    const changed = Buffer.from(body ?? "", "base64url")
      .toString()
      .replace('"rm"', '"ls"');
    const requestState = `${version}.${Buffer.from(changed).toString("base64url")}.${mac}`;
    expect((await call(hosted, { requestState, inputResponses: YES })).error?.code).toBe(-32_602);
    expect(hosted.fixture.calls).toHaveLength(1);
  });

  test("of another caller, or to another process, reaches no handler", async () => {
    const authenticate = (given = ""): string => given;
    await using hosted = await host({ authenticate });
    await using other = await host({ authenticate });
    const requestState = (await call(hosted, {}, "a")).result?.requestState;
    const answer = { requestState, inputResponses: YES };
    expect((await call(hosted, answer, "b")).error?.code).toBe(-32_602);
    expect((await call(other, answer, "a")).error?.code).toBe(-32_602);
    expect((await call(hosted, answer, "a")).result).toBeDefined();
  });

  test("that says nothing is a no", async () => {
    await using hosted = await host();
    const requestState = (await call(hosted, {})).result?.requestState;
    const answered = await call(hosted, { requestState });
    expect(answered.result).toMatchObject({ content: [{ text: expect.stringContaining('"kind":"no"') }] });
  });
});

test("an answer without a question is asked again", async () => {
  await using hosted = await host();
  expect((await call(hosted, { inputResponses: YES })).result?.requestState).toBeTypeOf("string");
  expect(hosted.fixture.calls[0]?.caller.name).toBe("rawclient");
});

test("a key that is too short to sign with is refused", () => {
  expect(() => createFixture({ sealKey: randomBytes(8) }).mount.create({ era: "modern" })).toThrow(
    "32 bytes",
  );
});
