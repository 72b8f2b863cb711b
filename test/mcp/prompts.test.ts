import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as TransportV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { PromptListChangedNotificationSchema } from "@modelcontextprotocol/sdk/types.js";
import { PassThrough } from "node:stream";
import { StdioServerTransport } from "@modelcontextprotocol/server/stdio";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { bearerToken } from "../../shared/mcp/auth.ts";
import type { Call } from "../../shared/call.ts";
import { ToolError } from "../../shared/errors.ts";
import { serveOnStdio } from "../../shared/mcp/stdio.ts";
import { Scope } from "../../shared/scope.ts";
import { startHttp } from "../../shared/mcp/http.ts";
import type { MountedPrompts } from "../../shared/mcp/prompts.ts";
import type { PromptFacts } from "../../shared/server.ts";
import { connect, createClient, type Era } from "../support/connect.ts";
import { createFixture } from "./fixture.ts";
import { TOKEN } from "./host.ts";

const ERAS: readonly Era[] = ["legacy", "auto", "modern"];
const GREET: PromptFacts = {
  name: "greet",
  title: "Greet",
  description: "Says hello.",
  arguments: [
    { name: "whom", description: "A name.", required: true },
    { name: "how", description: "", required: false },
  ],
};

interface Prompting {
  readonly mounted: MountedPrompts;
  readonly names: string[];
  readonly calls: Call[];
  readonly listeners: Set<() => void>;
}

const inputSchema = z.object({ name: z.string(), arguments: z.record(z.string(), z.string()) });

/** Prompts as a server gives them, whose list a test can change. */
function prompting(names: string[] = ["greet"]): Prompting {
  const listeners = new Set<() => void>();
  const calls: Call[] = [];
  const mounted: MountedPrompts = {
    list: async () => names.map((name) => ({ ...GREET, name })),
    async complete({ argument, value }) {
      if (argument !== "whom") throw new ToolError("invalid_input", `greet has no argument "${argument}"`);
      const all = Array.from({ length: 150 }, (_, at) => `n${at}`).filter((each) => each.startsWith(value));
      return { values: all.slice(0, 100), total: all.length };
    },
    async watch(changed) {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
    get: {
      tool: {
        server: "fixture",
        name: "get_prompt",
        title: "Get",
        description: "",
        effect: "read",
        reach: "local",
        input: inputSchema,
        touches: () => ({}),
        views: { as: [], of: () => [] },
      },
      async call(input, call) {
        calls.push(call);
        const given = inputSchema.parse(input).arguments;
        if (given["whom"] === "nobody")
          return { kind: "answer", error: "internal", parts: [text("internal: 1")] };
        if (given["whom"] === undefined)
          return { kind: "answer", error: "invalid_input", parts: [text("invalid_input: greet needs whom")] };
        return { kind: "answer", parts: [text(`Hello ${given["whom"]}`), text("noted")] };
      },
    },
  };
  return { mounted, names, calls, listeners };
}

function text(said: string): { type: "text"; text: string } {
  return { type: "text", text: said };
}

describe.each(ERAS)("a client of the %s era", (era) => {
  test("lists prompts, and gets one as messages of the person's", async () => {
    const prompts = prompting();
    await using connected = await connect(createFixture({ prompts: [prompts.mounted] }).mount.create, {
      era,
    });
    const { client } = connected;
    expect((await client.listPrompts()).prompts).toEqual([GREET]);
    const got = await client.getPrompt({ name: "greet", arguments: { whom: "you" } });
    expect(got).toMatchObject({
      description: "Says hello.",
      messages: [
        { role: "user", content: { type: "text", text: "Hello you" } },
        { role: "user", content: { type: "text", text: "noted" } },
      ],
    });
    expect(prompts.calls[0]?.caller).toMatchObject({ name: "test-client" });
  });

  test("completes an argument, at most a hundred values and how many there are", async () => {
    await using connected = await connect(createFixture({ prompts: [prompting().mounted] }).mount.create, {
      era,
    });
    const ask = (argument: string, value: string) =>
      connected.client.complete({
        ref: { type: "ref/prompt", name: "greet" },
        argument: { name: argument, value },
      });
    const { completion } = await ask("whom", "n");
    expect([completion.values.length, completion.total, completion.hasMore]).toEqual([100, 150, true]);
    expect((await ask("whom", "n14")).completion).toEqual({
      values: ["n14", ...Array.from({ length: 10 }, (_, at) => `n14${at}`)],
      total: 11,
      hasMore: false,
    });
    await expect(ask("who", "")).rejects.toMatchObject({
      code: -32_602,
      message: expect.stringContaining("no argument"),
    });
    const resource = {
      ref: { type: "ref/resource", uri: "fix://{name}" },
      argument: { name: "name", value: "" },
    } as const;
    expect((await connected.client.complete(resource)).completion.values).toEqual([]);
  });

  test("is told which prompt it may have meant, what is missing, and nothing of a fault of ours", async () => {
    await using connected = await connect(createFixture({ prompts: [prompting().mounted] }).mount.create, {
      era,
    });
    const { client } = connected;
    await expect(client.getPrompt({ name: "great" })).rejects.toMatchObject({
      code: -32_602,
      message: expect.stringContaining('there is no prompt "great"; did you mean greet?'),
    });
    await expect(client.getPrompt({ name: "greet" })).rejects.toMatchObject({
      code: -32_602,
      message: expect.stringContaining("greet needs whom"),
    });
    await expect(client.getPrompt({ name: "greet", arguments: { whom: "nobody" } })).rejects.toMatchObject({
      code: -32_603,
    });
  });

  test("is offered no prompts where no server has any", async () => {
    await using connected = await connect(createFixture().mount.create, { era });
    expect(connected.client.getServerCapabilities()).toEqual({ tools: {}, resources: { subscribe: true } });
  });
});

test("a handshake-era client is told of changes once it has looked, until it leaves", async () => {
  const prompts = prompting();
  const connected = await connect(createFixture({ prompts: [prompts.mounted] }).mount.create, {
    era: "legacy",
  });
  const { client } = connected;
  const seen: string[][] = [];
  client.setNotificationHandler("notifications/prompts/list_changed", async () => {
    seen.push((await client.listPrompts()).prompts.map(({ name }) => name));
  });
  expect(client.getServerCapabilities()).toMatchObject({ prompts: { listChanged: true }, completions: {} });
  await client.listTools();
  expect(prompts.listeners.size).toBe(0);
  await client.listPrompts();
  await client.listPrompts();
  await expect.poll(() => prompts.listeners.size).toBe(1);
  prompts.names.push("farewell");
  for (const changed of prompts.listeners) changed();
  await expect.poll(() => seen).toEqual([["farewell", "greet"]]);
  await connected[Symbol.asyncDispose]();
  await expect.poll(() => prompts.listeners.size).toBe(0);
});

test("a page ends after 500 prompts and says where the next one begins", async () => {
  const names = Array.from({ length: 1_100 }, (_, at) => `p${String(at).padStart(4, "0")}`);
  const prompts = prompting([...names]);
  await using connected = await connect(createFixture({ prompts: [prompts.mounted] }).mount.create, {
    era: "legacy",
  });
  const pages: string[][] = [];
  for (let cursor: string | undefined, first = true; first || cursor !== undefined; first = false) {
    const page = await connected.client.request({
      method: "prompts/list",
      params: cursor === undefined ? {} : { cursor },
    });
    pages.push(page.prompts.map(({ name }) => name));
    cursor = page.nextCursor;
    // one that goes in between moves nothing
    prompts.names.splice(0, 1);
  }
  expect(pages.map((page) => page.length)).toEqual([500, 500, 100]);
  expect(pages.flat()).toEqual(names);
});

test("of two prompts with one name the first server's counts", async () => {
  const [first, second] = [prompting(), prompting(["greet", "other"])];
  const { mount } = createFixture({ prompts: [first.mounted, second.mounted] });
  await using connected = await connect(mount.create);
  const { prompts } = await connected.client.listPrompts();
  expect(prompts.map(({ name }) => name)).toEqual(["greet", "other"]);
  await connected.client.getPrompt({ name: "greet", arguments: { whom: "you" } });
  expect([first.calls.length, second.calls.length]).toEqual([1, 0]);
});

test("over HTTP clients old and new list, get, complete and hear of changes", async () => {
  const prompts = prompting();
  const fixture = createFixture({ prompts: [prompts.mounted] });
  const http = await startHttp({
    mounts: new Map([["all", fixture.mount]]),
    host: "127.0.0.1",
    port: 0,
    authenticate: bearerToken(TOKEN),
    log: () => {},
  });
  const at = new URL(`${http.url}/mcp`);
  const authorized = { requestInit: { headers: { authorization: `Bearer ${TOKEN}` } } };
  const heard: string[] = [];

  const old = new ClientV1({ name: "v1", version: "1" });
  old.setNotificationHandler(PromptListChangedNotificationSchema, () => void heard.push("old"));
  await old.connect(new TransportV1(at, authorized));
  expect((await old.listPrompts()).prompts).toEqual([GREET]);
  const got = await old.getPrompt({ name: "greet", arguments: { whom: "you" } });
  expect(got.messages[0]?.content).toEqual({ type: "text", text: "Hello you" });
  const asked = {
    ref: { type: "ref/prompt", name: "greet" },
    argument: { name: "whom", value: "n149" },
  } as const;
  expect((await old.complete(asked)).completion.values).toEqual(["n149"]);
  await expect.poll(() => prompts.listeners.size).toBe(1);

  const modern = createClient({ era: "modern" });
  modern.setNotificationHandler("notifications/prompts/list_changed", () => void heard.push("modern"));
  await modern.connect(new StreamableHTTPClientTransport(at, authorized));
  expect((await modern.listPrompts()).prompts).toEqual([GREET]);
  const subscription = await modern.listen({ promptsListChanged: true });
  for (const changed of prompts.listeners) changed();
  await expect.poll(() => heard.toSorted()).toEqual(["modern", "old"]);

  await subscription.close();
  await modern.close();
  await old.close();
  await http.close();
  await expect.poll(() => prompts.listeners.size).toBe(0);
});

test("over stdio a stateless client hears of changes while it listens", async () => {
  const prompts = prompting();
  const [up, down] = [new PassThrough(), new PassThrough()];
  let exited = false;
  serveOnStdio(createFixture({ prompts: [prompts.mounted] }).mount, {
    scope: new Scope(),
    log: () => {},
    stdin: up,
    stdout: down,
    exit: () => (exited = true),
  });
  const client = createClient({ era: "modern" });
  let heard = 0;
  client.setNotificationHandler("notifications/prompts/list_changed", () => void (heard += 1));
  // both ends of a pipe speak in the same lines
  await client.connect(new StdioServerTransport(down, up));
  await client.listPrompts();
  expect(prompts.listeners.size).toBe(0);
  const subscription = await client.listen({ promptsListChanged: true });
  await expect.poll(() => prompts.listeners.size).toBe(1);
  for (const changed of prompts.listeners) changed();
  await expect.poll(() => heard).toBe(1);
  await subscription.close();
  await expect.poll(() => prompts.listeners.size).toBe(0);
  await client.close();
  up.end();
  await expect.poll(() => exited).toBe(true);
});
