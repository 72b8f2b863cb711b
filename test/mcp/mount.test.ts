import { describe, expect, test } from "vitest";
import type { Era } from "../support/connect.ts";
import { connect } from "../support/connect.ts";
import { createFixture } from "./fixture.ts";

const ERAS: readonly Era[] = ["legacy", "auto", "modern"];

describe.each(ERAS)("a client of the %s era", (era) => {
  test("lists every tool with its schema, hints and no noise", async () => {
    const fixture = createFixture();
    await using connected = await connect(fixture.mount.create, { era });
    const { tools } = await connected.client.listTools();
    expect(tools.find(({ name }) => name === "structured")).toMatchObject({
      name: "structured",
      inputSchema: {
        type: "object",
        properties: { say: { type: "string" }, size: { type: "integer", default: 1 } },
        additionalProperties: false,
      },
      outputSchema: { type: "object", properties: { size: { type: "integer" } }, required: ["size"] },
      annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
    });
    expect(JSON.stringify(tools)).not.toMatch(/\$schema|9007199254740991/u);
    expect(tools.find(({ name }) => name === "echo")?.inputSchema).not.toHaveProperty("required");
  });

  test("reads the instructions and calls a tool", async () => {
    const fixture = createFixture();
    await using connected = await connect(fixture.mount.create, { era });
    expect(connected.client.getInstructions()).toBe("Use it to test.");
    const answer = await connected.client.callTool({ name: "echo", arguments: { say: "hello" } });
    expect(answer.content).toEqual([{ type: "text", text: "hello" }]);
    expect(answer.isError).toBeUndefined();
    expect(fixture.calls[0]?.caller).toMatchObject({
      transport: "stdio",
      name: "test-client",
      version: "1.2.3",
      canAsk: false,
    });
  });

  test("gets structured content and failures as such", async () => {
    await using connected = await connect(createFixture().mount.create, { era });
    const structured = await connected.client.callTool({ name: "structured", arguments: {} });
    expect(structured.structuredContent).toEqual({ size: 42 });
    const failed = await connected.client.callTool({ name: "fails", arguments: {} });
    expect(failed).toMatchObject({ isError: true, content: [{ text: "not_found: no such thing" }] });
  });

  test("is told of a tool that is not there in our own words", async () => {
    await using connected = await connect(createFixture().mount.create, { era });
    const calling = connected.client.callTool({ name: "ecco", arguments: {} });
    await expect(calling).rejects.toMatchObject({
      code: -32_602,
      message: expect.stringContaining('there is no tool "ecco"; did you mean echo?'),
    });
  });

  test("sees progress that only rises", async () => {
    await using connected = await connect(createFixture().mount.create, { era });
    const seen: number[] = [];
    await connected.client.callTool(
      { name: "steps", arguments: {} },
      { onprogress: ({ progress }) => seen.push(progress) },
    );
    expect(seen).toEqual([1, 2, 3]);
  });

  test("cancels a call, and the handler hears it", async () => {
    const fixture = createFixture();
    await using connected = await connect(fixture.mount.create, { era });
    const abort = new AbortController();
    const calling = connected.client.callTool({ name: "waits", arguments: {} }, { signal: abort.signal });
    await expect.poll(() => fixture.calls.length).toBe(1);
    abort.abort("enough");
    await expect(calling).rejects.toThrow(/enough|abort|cancel/iu);
    await expect.poll(() => fixture.aborted).toEqual(["waits"]);
  });

  test.each([
    ["allow once", '{"kind":"yes","lifetime":"once"}'],
    ["allow for this session", '{"kind":"yes","lifetime":"session"}'],
    ["always allow", '{"kind":"yes","lifetime":"always"}'],
    ["deny", '{"kind":"no","how":"decline"}'],
    ["something else", '{"kind":"no","how":"decline"}'],
    ["decline", '{"kind":"no","how":"decline"}'],
    ["cancel", '{"kind":"no","how":"cancel"}'],
  ])("is asked, says %s, and the same call goes on", async (said, reply) => {
    const fixture = createFixture();
    const asked: unknown[] = [];
    await using connected = await connect(fixture.mount.create, {
      era,
      elicit: (message, choices) => {
        asked.push(message, choices);
        return said;
      },
    });
    const answer = await connected.client.callTool({ name: "asks", arguments: { say: "rm" } });
    expect(asked).toEqual([
      "May fixture ask about rm?",
      ["allow once", "allow for this session", "always allow", "deny"],
    ]);
    expect(answer.content).toEqual([{ type: "text", text: `${reply} {"say":"rm"}` }]);
    const [first, second] = fixture.calls;
    expect(first?.caller.canAsk).toBe(true);
    expect(second).toMatchObject({ id: first?.id, trace: first?.trace, caller: { id: first?.caller.id } });
    expect(second?.resumed?.sealed.input).toEqual({ say: "rm" });
  });

  test("is known as one that cannot ask when it did not say so", async () => {
    const fixture = createFixture();
    await using connected = await connect(fixture.mount.create, { era });
    const answer = await connected.client
      .callTool({ name: "asks", arguments: { say: "rm" } })
      .catch((error: unknown) => error);
    expect(fixture.calls.map(({ caller }) => caller.canAsk)).toEqual([false]);
    expect(JSON.stringify(answer) + String(answer)).toMatch(/elicitation|capabilit/iu);
  });

  test("lists and reads resources, the status feeds among them", async () => {
    await using connected = await connect(createFixture().mount.create, { era });
    const { client } = connected;
    const { resources } = await client.listResources();
    expect(resources.map(({ uri }) => uri)).toContain("plumbline://status/index");
    const { resourceTemplates } = await client.listResourceTemplates();
    expect(resourceTemplates).toMatchObject([{ uriTemplate: "fix://{name}" }]);
    const status = await client.readResource({ uri: "plumbline://status/tool" });
    expect(status.contents).toMatchObject([
      { mimeType: "application/json", text: expect.stringContaining('"dropped":2') },
    ]);
    const read = await client.readResource({ uri: "fix://a" });
    expect(read.contents).toMatchObject([{ uri: "fix://a", text: "content of fix://a" }]);
    await expect(client.readResource({ uri: "fix://nothing" })).rejects.toThrow("nothing there");
    await expect(client.readResource({ uri: "other://a" })).rejects.toThrow("no resource has the URI");
  });
});

test("two connections are two callers, a question of one is no answer for the other", async () => {
  const fixture = createFixture();
  await using first = await connect(fixture.mount.create, { era: "legacy" });
  await using second = await connect(fixture.mount.create, { era: "legacy" });
  await first.client.callTool({ name: "echo", arguments: {} });
  await second.client.callTool({ name: "echo", arguments: {} });
  expect(new Set(fixture.calls.map(({ caller }) => caller.id)).size).toBe(2);
  expect(new Set(fixture.calls.map(({ id }) => id)).size).toBe(2);
});

test("a handshake-era client subscribes, is told, and stops everything by leaving", async () => {
  const fixture = createFixture();
  const connected = await connect(fixture.mount.create, { era: "legacy" });
  const { client } = connected;
  const updated: string[] = [];
  client.setNotificationHandler(
    "notifications/resources/updated",
    ({ params }) => void updated.push(params.uri),
  );
  await client.subscribeResource({ uri: "fix://a" });
  await client.subscribeResource({ uri: "fix://b" });
  await client.subscribeResource({ uri: "plumbline://status/tool" });
  fixture.watched.get("fix://a")?.();
  fixture.status.changed("tool");
  await expect.poll(() => updated).toEqual(["fix://a", "plumbline://status/tool"]);
  await client.unsubscribeResource({ uri: "fix://a" });
  expect([...fixture.watched.keys()]).toEqual(["fix://b"]);
  await expect(client.subscribeResource({ uri: "none://a" })).rejects.toThrow("can be watched");
  await connected[Symbol.asyncDispose]();
  await expect.poll(() => [fixture.watched.size, fixture.status.listeners()]).toEqual([0, 0]);
});

test("refuses two tools of one name", () => {
  const { mount: _, ...rest } = createFixture();
  expect(rest.calls).toEqual([]);
  const tool = { server: "a", name: "same" };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only the names matter here
  const twice = [{ tool }, { tool }] as never;
  expect(() => createFixture({ endpoints: twice })).toThrow("two tools of fixture have one name");
});
