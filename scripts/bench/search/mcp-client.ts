import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import * as z from "zod";

const TOOL_LIMIT_MS = 600_000;
const KEPT_STDERR = 1_000;
const ToolResult = z.looseObject({
  isError: z.boolean().default(false),
  content: z.array(z.looseObject({ text: z.string().default("") })),
});

export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
}

export interface Called {
  readonly text: string;
  readonly ms: number;
}

/** A server that was started, and a client that talks to it. */
export interface McpClient {
  readonly pid: number;
  readonly tools: readonly string[];
  /** Throws with the tool's own words when it fails, and with what the server last wrote on stderr. */
  call(tool: string, input: Readonly<Record<string, unknown>>): Promise<Called>;
  close(): Promise<void>;
}

/** Starts a server over stdio and shakes hands. Throws when it does not come up. */
export async function startMcp({ command, args, env, cwd }: Program): Promise<McpClient> {
  const client = new Client({ name: "plumbline-bench", version: "1.0.0" });
  const transport = new StdioClientTransport({
    command,
    args: [...args],
    env: Object.fromEntries(
      Object.entries(env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
    ),
    stderr: "pipe",
    ...(cwd === undefined ? {} : { cwd }),
  });
  let said = "";
  transport.stderr?.on("data", (data: Buffer) => {
    said = `${said}${data.toString("utf8")}`.slice(-KEPT_STDERR);
  });
  await client.connect(transport);
  const { tools } = await client.listTools();
  return {
    pid: transport.pid ?? 0,
    tools: tools.map(({ name }) => name),
    async call(name, input) {
      const began = performance.now();
      const answer = await client.callTool({ name, arguments: { ...input } }, { timeout: TOOL_LIMIT_MS });
      const ms = performance.now() - began;
      const { isError, content } = ToolResult.parse(answer);
      const text = content.map((part) => part.text).join("\n");
      if (isError) throw new Error(`${name}: ${text.slice(0, 300)} ${said}`);
      return { text, ms };
    },
    close: () => client.close(),
  };
}
