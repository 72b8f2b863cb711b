import { createHash, randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { servedPrompts } from "../../../servers/instructions/prompts.ts";
import type { Endpoint } from "../../../shared/call.ts";
import { createMount, type McpMount } from "../../../shared/mcp/mount.ts";
import { withArguments } from "../../../shared/pipeline/arguments.ts";
import { withBudget } from "../../../shared/pipeline/budget.ts";
import { withFailures } from "../../../shared/pipeline/failures.ts";
import { toEndpoint } from "../../../shared/pipeline/run.ts";
import { defineServer, type Host } from "../../../shared/server.ts";
import { connect, type Era } from "../../support/connect.ts";
import { createFixture } from "../../mcp/fixture.ts";
import { libraryOf, type Library } from "./library-of.ts";

/** A server that offers the library and nothing else, with the stages that make answers. */
async function mountOf({ library, ground, config }: Library): Promise<McpMount> {
  const server = defineServer({
    name: "prompting",
    summary: "Prompts.",
    options: z.strictObject({}),
    tools: [],
    prompts: servedPrompts,
    open: async () => ({ prompts: library }),
  });
  const { status } = createFixture();
  const host: Host = {
    scope: ground.scope,
    workspace: ground.workspace,
    status,
    hooks: { forward: async () => ({}), report: async () => ({ files: [], handlers: [], notes: [] }) },
    log: () => {},
    readAccess: (signal) => ({ signal, permit() {} }),
    places: { home: config, config, state: config, cache: config },
  };
  const { prompts } = await server.open({}, host);
  if (prompts === undefined) throw new Error("no prompts");
  const inner = toEndpoint("prompting", prompts.get);
  const allowed: Endpoint = {
    ...inner,
    call: (input, call) => inner.call(input, { ...call, access: { signal: call.signal, permit() {} } }),
  };
  const get = [withBudget(), withArguments(), withFailures()].reduce((each, stage) => stage(each), allowed);
  return createMount({
    name: "prompting",
    title: "Prompting",
    version: "0.0.1",
    endpoints: [],
    resources: [],
    prompts: [{ ...prompts, get }],
    status,
    log: () => {},
    sealKey: randomBytes(32),
  });
}

describe.each<Era>(["legacy", "modern"])("a client of the %s era", (era) => {
  test("sees ours, the project's and where that is from; gets them filled in; completes", async () => {
    await using mine = await libraryOf({
      "deploy.md":
        "---\ndescription: Ships it.\narguments:\n  - {name: to, required: true, values: [test, live]}\n---\nShip to {{ to }}.",
    });
    await using connected = await connect((await mountOf(mine)).create, { era });
    const { client } = connected;
    const { prompts } = await client.listPrompts();
    expect(prompts.length).toBe(11);
    expect(prompts.find(({ name }) => name === "deploy")).toMatchObject({
      title: "Deploy",
      description: "Ships it. (from .plumbline/prompts/deploy.md)",
      arguments: [{ name: "to", required: true }],
    });
    expect(prompts.find(({ name }) => name === "review-change")?.arguments?.[2]).toEqual({
      name: "focus",
      description: "What to look at hardest. Default: correctness.",
      required: false,
    });
    const got = await client.getPrompt({ name: "deploy", arguments: { to: "live" } });
    expect(got.messages).toMatchObject([
      {
        role: "user",
        content: { text: "[prompt deploy of this project: .plumbline/prompts/deploy.md]\n\nShip to live." },
      },
    ]);
    const asked = {
      ref: { type: "ref/prompt", name: "deploy" },
      argument: { name: "to", value: "l" },
    } as const;
    expect((await client.complete(asked)).completion.values).toEqual(["live"]);
    const path = {
      ref: { type: "ref/prompt", name: "explain-code" },
      argument: { name: "target", value: "src/m" },
    } as const;
    expect((await client.complete(path)).completion.values).toEqual(["src/main.ts", "src/more/"]);
    await expect(client.getPrompt({ name: "deploy" })).rejects.toMatchObject({
      code: -32_602,
      message: expect.stringContaining("deploy needs the argument to"),
    });
    await expect(client.getPrompt({ name: "deploy", arguments: { two: "live" } })).rejects.toThrow(
      "Did you mean to?",
    );
  });

  test("gets a long text whole", async () => {
    const text = "word ".repeat(40_000).trim();
    await using mine = await libraryOf({ "long.md": text });
    await using connected = await connect((await mountOf(mine)).create, { era });
    const [message] = (await connected.client.getPrompt({ name: "long" })).messages;
    const said = message?.content.type === "text" ? message.content.text : "";
    expect(hash(said.split("\n\n")[1] ?? "")).toBe(hash(text));
  });
});

test("a client is told when a file appears, and when it goes wrong", async () => {
  await using mine = await libraryOf();
  await using connected = await connect((await mountOf(mine)).create, { era: "legacy" });
  const { client } = connected;
  let told = 0;
  client.setNotificationHandler("notifications/prompts/list_changed", () => void (told += 1));
  await client.listPrompts();
  await mine.write("deploy.md", "Ship it.");
  await expect.poll(() => told, { timeout: 5_000 }).toBe(1);
  expect((await client.listPrompts()).prompts.map(({ name }) => name)).toContain("deploy");
  await mine.write("deploy.md", "---\n[");
  await expect.poll(() => told, { timeout: 5_000 }).toBe(2);
});

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
