import { readFile } from "node:fs/promises";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { expect, test } from "vitest";
import * as z from "zod";
import { catalog } from "../../servers/catalog.ts";

const Example = z.strictObject({
  mcpServers: z.record(
    z.string(),
    z.strictObject({ type: z.literal("stdio"), command: z.literal("node"), args: z.array(z.string()) }),
  ),
});
const example = Example.parse(JSON.parse(await readFile("mcp.json.example", "utf8")));

test("the example has one entry for everything and one for each server", () => {
  const each = Object.keys(catalog).map((name) => `plumbline-${name}`);
  expect(Object.keys(example.mcpServers)).toEqual(["plumbline", ...each]);
});

test.each(Object.entries(example.mcpServers))(
  "the example's entry %s starts and lists its tools",
  async (_, { command, args }) => {
    const [only] = await Promise.all(
      Object.entries(catalog).flatMap(([name, load]) => (args.includes(name) ? [load()] : [])),
    );
    const tool = only?.tools[0]?.name ?? "read_file";
    const client = new Client({ name: "example", version: "1" });
    await client.connect(new StdioClientTransport({ command, args, stderr: "ignore" }));
    try {
      expect((await client.listTools()).tools.map(({ name }) => name)).toContain(tool);
    } finally {
      await client.close();
    }
  },
);
