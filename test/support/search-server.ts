import { join } from "node:path";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import type { FixtureProject } from "./fixture-project.ts";

/** The folder of the built command. */
export const BUILT = join(process.cwd(), "dist");

interface ServeOptions {
  /** Of another build. */
  readonly dist?: string;
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface SearchServer extends AsyncDisposable {
  /** The text of an answer or of a failure, and its first line. */
  ask(
    name: string,
    input?: Record<string, unknown>,
  ): Promise<{ readonly header: string; readonly text: string }>;
  /** Ends it; all that it wrote to its log. */
  end(): Promise<string>;
}

/** The built search server on a project, over stdio. */
export async function searchServer(
  { root, env }: FixtureProject,
  { dist = BUILT, flags = [], env: more = {} }: ServeOptions = {},
): Promise<SearchServer> {
  const client = new Client({ name: "e2e", version: "1.0.0" });
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [join(dist, "cli.js"), "serve", "search", "--root", root, ...flags],
    env: { ...env, ...more },
    stderr: "pipe",
  });
  let log = "";
  transport.stderr?.on("data", (piece) => {
    log += String(piece);
  });
  await client.connect(transport);
  return {
    async ask(name, input = {}) {
      const { content } = await client.callTool({ name, arguments: input });
      const said = content.map((part) => (part.type === "text" ? part.text : "")).join("\n");
      return { text: said, header: said.split("\n")[0] ?? "" };
    },
    async end() {
      await client.close();
      return log;
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}
