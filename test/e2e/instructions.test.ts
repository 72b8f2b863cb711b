import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { Client as OldClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as OldStdio } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport as OldHttp } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import {
  PromptListChangedNotificationSchema,
  ResourceUpdatedNotificationSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { fixtureProject, type FixtureProject } from "../support/fixture-project.ts";
import { serveHttp } from "../support/serve-http.ts";

type Era = "v1" | "legacy" | "auto";

interface ConnectOptions {
  readonly era: Era;
  readonly over: "stdio" | "http";
  /** What is served, and its flags. */
  readonly args: readonly string[];
}

/** A client, old or new; what it was told without asking is kept. */
interface Connected extends AsyncDisposable {
  readonly client: Pick<
    Client,
    "listTools" | "listPrompts" | "getPrompt" | "complete" | "readResource" | "listResourceTemplates"
  >;
  readonly updated: readonly string[];
  readonly promptChanges: () => number;
  readonly instructions: string | undefined;
  call(name: string, input: Record<string, unknown>): Promise<string>;
  /** Subscribes to a resource, and to the list of prompts where a client has to ask for that. */
  follow(uri: string): Promise<unknown>;
}

const CLI = join(process.cwd(), "dist/cli.js");
const answerSchema = z.looseObject({ content: z.array(z.looseObject({ text: z.string().default("") })) });

async function connect(project: FixtureProject, options: ConnectOptions): Promise<Connected> {
  const http =
    options.over === "http"
      ? await serveHttp(project, ["serve", ...options.args, "--root", project.root])
      : undefined;
  const connected = options.era === "v1" ? await openOld() : await openNew(options.era);
  return {
    ...connected,
    async [Symbol.asyncDispose]() {
      await connected[Symbol.asyncDispose]();
      await http?.[Symbol.asyncDispose]();
    },
  };

  async function openOld(): Promise<Connected> {
    const client = new OldClient({ name: "e2e", version: "1.0.0" });
    const updated: string[] = [];
    let changes = 0;
    client.setNotificationHandler(
      ResourceUpdatedNotificationSchema,
      ({ params }) => void updated.push(params.uri),
    );
    client.setNotificationHandler(PromptListChangedNotificationSchema, () => void (changes += 1));
    await client.connect(
      http === undefined
        ? new OldStdio(stdioOf(project, options.args))
        : new OldHttp(http.url, { requestInit: { headers: http.headers } }),
    );
    return {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same calls, answers of an older form
      client: client as unknown as Connected["client"],
      updated,
      promptChanges: () => changes,
      instructions: client.getInstructions(),
      call: async (name, input) => textOf(await client.callTool({ name, arguments: input })),
      follow: (uri) => client.subscribeResource({ uri }),
      [Symbol.asyncDispose]: () => client.close(),
    };
  }

  async function openNew(mode: "legacy" | "auto"): Promise<Connected> {
    const client = new Client({ name: "e2e", version: "1.0.0" }, { versionNegotiation: { mode } });
    const updated: string[] = [];
    let changes = 0;
    client.setNotificationHandler(
      "notifications/resources/updated",
      ({ params }) => void updated.push(params.uri),
    );
    client.setNotificationHandler("notifications/prompts/list_changed", () => void (changes += 1));
    await client.connect(
      http === undefined
        ? new StdioClientTransport(stdioOf(project, options.args))
        : new StreamableHTTPClientTransport(http.url, { requestInit: { headers: http.headers } }),
    );
    const isModern = client.getProtocolEra() === "modern";
    expect(isModern).toBe(mode === "auto");
    return {
      client,
      updated,
      promptChanges: () => changes,
      instructions: client.getInstructions(),
      call: async (name, input) => textOf(await client.callTool({ name, arguments: input })),
      follow: (uri) =>
        isModern
          ? client.listen({ resourceSubscriptions: [uri], promptsListChanged: true })
          : client.subscribeResource({ uri }),
      [Symbol.asyncDispose]: () => client.close(),
    };
  }
}

function textOf(result: unknown): string {
  return answerSchema
    .parse(result)
    .content.map(({ text }) => text)
    .join("\n");
}

function stdioOf({ root, env }: FixtureProject, args: readonly string[]) {
  return {
    command: process.execPath,
    args: [CLI, "serve", ...args, "--root", root],
    env: { ...env },
    stderr: "ignore" as const,
  };
}

const FILES = {
  ".git/HEAD": "ref: refs/heads/main\n",
  "AGENTS.md": "Run the tests.\n",
  "src/api/AGENTS.md": "Handlers return data.\n",
  "src/api/users.ts": "export const users = [];\n",
  "src/api/orders.ts": "export const orders = [];\n",
  ".plumbline/prompts/deploy.md":
    "---\ntitle: Deploy\ndescription: Deploys a service.\narguments:\n  - name: service\n    description: Which one.\n    required: true\n    values: [web, worker]\n---\nDeploy {{ service }}.\n",
};

const CLIENTS = [
  ["v1", "stdio"],
  ["v1", "http"],
  ["legacy", "stdio"],
  ["auto", "stdio"],
  ["auto", "http"],
] as const satisfies readonly (readonly [Era, ConnectOptions["over"]])[];

const NOTE = "[instructions] src/api/AGENTS.md holds for src/api: read before changing something there";

describe.each(CLIENTS)("a client (%s, %s)", (era, over) => {
  test("loads instructions, reads them as a resource, and is told when they change", async () => {
    await using project = await fixtureProject(FILES);
    await using here = await connect(project, { era, over, args: ["instructions"] });
    const { tools } = await here.client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(["load_instructions", "list_instructions"]);
    const loaded = await here.call("load_instructions", { target: "src/api/users.ts" });
    expect(loaded).toMatch(/^\[2 files of instructions for src\/api\/users\.ts, \d+ tokens;/u);
    expect(await here.call("list_instructions", {})).toContain("src/api/AGENTS.md (agents, 6 tokens)");

    const { resourceTemplates } = await here.client.listResourceTemplates();
    expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual(["instructions:///{+path}"]);
    const uri = "instructions:///src/api/users.ts";
    const { contents } = await here.client.readResource({ uri });
    expect(contents).toEqual([
      { uri, mimeType: "text/plain", text: loaded.slice(loaded.indexOf("<instructions ")) },
    ]);
    await expect(here.client.readResource({ uri: "instructions:///../x" })).rejects.toThrow("outside");
    await here.follow(uri);
    // a stateless client is not told when its watch began
    await sleep(500);
    await writeFile(join(project.root, "src/api/AGENTS.md"), "Handlers return promises.\n");
    await expect.poll(() => here.updated, { timeout: 10_000 }).toContain(uri);
    expect(JSON.stringify(await here.client.readResource({ uri }))).toContain("return promises");
  });

  test("lists, fills in and completes prompts, and is told of new ones", async () => {
    await using project = await fixtureProject(FILES);
    await using here = await connect(project, { era, over, args: ["instructions"] });
    const names = async (): Promise<string[]> =>
      (await here.client.listPrompts()).prompts.map(({ name }) => name);
    expect(await names()).toEqual(expect.arrayContaining(["deploy", "explain-code", "review-change"]));
    const { messages } = await here.client.getPrompt({ name: "deploy", arguments: { service: "web" } });
    expect(messages).toEqual([
      {
        role: "user",
        content: {
          type: "text",
          text: expect.stringMatching(/^\[prompt deploy of this project: .*\]\n\nDeploy web\.$/u) as unknown,
        },
      },
    ]);
    await expect(here.client.getPrompt({ name: "deploy", arguments: {} })).rejects.toThrow("service");
    await expect(here.client.getPrompt({ name: "deplo" })).rejects.toThrow("did you mean deploy?");
    const complete = async (name: string, argument: string, value: string): Promise<string[]> => {
      const ref = { type: "ref/prompt", name } as const;
      return (await here.client.complete({ ref, argument: { name: argument, value } })).completion.values;
    };
    expect(await complete("deploy", "service", "wo")).toEqual(["worker"]);
    expect(await complete("explain-code", "target", "src/api/u")).toEqual(["src/api/users.ts"]);
    await here.follow("instructions:///");
    await sleep(500);
    await mkdir(join(project.root, ".plumbline/prompts"), { recursive: true });
    await writeFile(
      join(project.root, ".plumbline/prompts/roll-back.md"),
      "---\ntitle: Roll back\n---\nBack.\n",
    );
    await expect.poll(here.promptChanges, { timeout: 10_000 }).toBeGreaterThan(0);
    expect(await names()).toContain("roll-back");
  });

  test("is told once of a folder's own instructions by the tools of another server", async () => {
    await using project = await fixtureProject(FILES);
    await using here = await connect(project, { era, over, args: ["all"] });
    expect(await here.call("read_file", { path: "src/api/users.ts" })).toMatch(`users = [];\n\n${NOTE}`);
    expect(await here.call("read_file", { path: "src/api/orders.ts" })).not.toContain("[instructions]");
  });
});

test.each([
  ["--no-announce", /^\[whole file, [^\n]*\]\nexport const users = \[\];$/u],
  [
    "--inject",
    /src\/api: read before changing something there\n<instructions path="src\/api\/AGENTS\.md" scope="directory" priority="normal" ([0-9a-f]{12})>\nHandlers return data\.\n<\/instructions \1>$/u,
  ],
])("with %s the first answer is another", async (flag, expected) => {
  await using project = await fixtureProject(FILES);
  await using here = await connect(project, { era: "v1", over: "stdio", args: ["core", flag] });
  const answer = await here.call("read_file", { path: "src/api/users.ts" });
  expect(answer.trimEnd()).toMatch(expected);
});

test("the files of the chosen families are named", async () => {
  await using project = await fixtureProject({ ...FILES, "src/api/GEMINI.md": "For Gemini.\n" });
  const args = ["all", "--instructions-families", "gemini"];
  await using here = await connect(project, { era: "v1", over: "stdio", args });
  expect(await here.call("read_file", { path: "src/api/users.ts" })).toContain(
    "\n[instructions] src/api/GEMINI.md holds for src/api: ",
  );
});

test("agents are told in 512 characters how to use the suite, whether all is served or this server alone", async () => {
  await using project = await fixtureProject(FILES);
  await using all = await connect(project, { era: "v1", over: "stdio", args: ["all"] });
  await using alone = await connect(project, { era: "auto", over: "stdio", args: ["instructions"] });
  expect(all.instructions).toMatch(/^Before you first change something in a folder, call load_instructions/u);
  expect(all.instructions?.length).toBeLessThanOrEqual(512);
  expect(alone.instructions).toBe(all.instructions);
});
