import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  Client as ModernClient,
  StreamableHTTPClientTransport as ModernHttp,
} from "@modelcontextprotocol/client";
import { StdioClientTransport as ModernStdio } from "@modelcontextprotocol/client/stdio";
import { Client as OldClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as OldStdio } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport as OldHttp } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { ResourceUpdatedNotificationSchema } from "@modelcontextprotocol/sdk/types.js";
import { describe, expect, test } from "vitest";
import { fixtureProject, type FixtureProject } from "../support/fixture-project.ts";
import { serveHttp } from "../support/serve-http.ts";

const FILES = {
  "README.md": "# Example\n",
  "src/main.ts": "export const answer = 42;\n",
  ".env": "TOKEN=very-secret\n",
};
const INFO = { name: "e2e", version: "1.0.0" };
const TOOLS = ["read_file", "read_files", "list_directory", "find_files", "search_text", "stat_path"];

/** What every client, old or new, can do with a server. */
interface AnyClient {
  listTools(): Promise<{ tools: { name: string }[] }>;
  callTool(params: { name: string; arguments: Record<string, unknown> }): Promise<unknown>;
  readResource(params: { uri: string }): Promise<unknown>;
  close(): Promise<void>;
}

const stdioOf = (project: FixtureProject) => ({
  command: process.execPath,
  args: [join(process.cwd(), "dist/cli.js"), "serve", "core", "--root", project.root],
  env: { ...project.env },
  stderr: "ignore" as const,
});

async function usesEverything(client: AnyClient, project: FixtureProject): Promise<void> {
  const listed = (await client.listTools()).tools.map(({ name }) => name);
  expect(listed).toEqual(expect.arrayContaining(TOOLS));
  const call = (name: string, args: Record<string, unknown>) => client.callTool({ name, arguments: args });
  expect(await call("read_file", { path: "src/main.ts" })).toMatchObject({
    content: [{ type: "text" }, { type: "text", text: "export const answer = 42;\n" }],
  });
  expect(JSON.stringify(await call("search_text", { pattern: "answer" }))).toContain("src/main.ts");
  expect(await call("read_file", { path: "../outside" })).toMatchObject({ isError: true });
  const secret = await call("read_file", { path: ".env" });
  expect(secret).toMatchObject({ isError: true });
  expect(JSON.stringify(secret)).not.toContain("very-secret");
  const uri = pathToFileURL(join(project.root, "README.md")).href;
  expect(JSON.stringify(await client.readResource({ uri }))).toContain("# Example");
  expect(JSON.stringify(await client.readResource({ uri: "plumbline://status/tool" }))).toContain(
    "read_file",
  );
  await expect(client.readResource({ uri: pathToFileURL(join(project.root, ".env")).href })).rejects.toThrow(
    /denied/,
  );
}

describe("today's client", () => {
  test("reads and searches over stdio", async () => {
    await using project = await fixtureProject(FILES);
    const client = new OldClient(INFO);
    await client.connect(new OldStdio(stdioOf(project)));
    expect(client.getServerVersion()?.name).toMatch(/^plumbline/);
    await usesEverything(client, project);
    await client.close();
  });

  test("reads and searches over HTTP, in a session", async () => {
    await using project = await fixtureProject(FILES);
    await using served = await serveHttp(project, ["serve", "all", "--root", project.root]);
    const { headers } = served;
    const client = new OldClient(INFO);
    const transport = new OldHttp(new URL(`${served.url.href}/filesystem`), { requestInit: { headers } });
    await client.connect(transport);
    expect(transport.sessionId).toBeDefined();
    await usesEverything(client, project);
    await client.close();
  });

  test("is told when a file that it subscribed to changes, and when it is gone", async () => {
    await using project = await fixtureProject(FILES);
    const client = new OldClient(INFO);
    await client.connect(new OldStdio(stdioOf(project)));
    const file = join(project.root, "README.md");
    const uri = pathToFileURL(file).href;
    const updates: string[] = [];
    client.setNotificationHandler(
      ResourceUpdatedNotificationSchema,
      ({ params }) => void updates.push(params.uri),
    );
    await client.subscribeResource({ uri });
    await writeFile(file, "# Changed\n");
    await expect.poll(() => updates.length, { timeout: 10_000 }).toBeGreaterThan(0);
    expect(JSON.stringify(await client.readResource({ uri }))).toContain("# Changed");
    const before = updates.length;
    await rm(file);
    await expect.poll(() => updates.length, { timeout: 10_000 }).toBeGreaterThan(before);
    await client.close();
  });
});

describe.each(["legacy", "auto"] as const)("the next client, %s", (mode) => {
  const era = mode === "auto" ? "modern" : "legacy";

  test("reads and searches over stdio", async () => {
    await using project = await fixtureProject(FILES);
    const client = new ModernClient(INFO, { versionNegotiation: { mode } });
    await client.connect(new ModernStdio(stdioOf(project)));
    expect(client.getProtocolEra()).toBe(era);
    await usesEverything(client, project);
    await client.close();
  });

  test("reads and searches over HTTP, all servers at one address", async () => {
    await using project = await fixtureProject(FILES);
    await using served = await serveHttp(project, ["serve", "all", "--root", project.root]);
    const { headers } = served;
    const client = new ModernClient(INFO, { versionNegotiation: { mode } });
    await client.connect(new ModernHttp(served.url, { requestInit: { headers } }));
    expect(client.getProtocolEra()).toBe(era);
    await usesEverything(client, project);
    await client.close();
  });
});
