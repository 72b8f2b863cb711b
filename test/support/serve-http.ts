import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { FixtureProject } from "./fixture-project.ts";

/** The built command over HTTP: its address, and what a client says to be let in. Disposing it ends it. */
export interface HttpServer extends AsyncDisposable {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
}

/** `args` begin with `serve`; `--http` and a free port are added. */
export async function serveHttp(
  { env }: Pick<FixtureProject, "env">,
  args: readonly string[],
): Promise<HttpServer> {
  const cli = join(process.cwd(), "dist/cli.js");
  const child = spawn(process.execPath, [cli, ...args, "--http", "--port", "0"], {
    env,
    stdio: ["ignore", "ignore", "pipe"],
  });
  for await (const line of createInterface({ input: child.stderr })) {
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
    if (url === undefined) continue;
    child.stderr.resume();
    const token = (await readFile(join(env["PLUMBLINE_STATE_DIR"] ?? "", "http-token"), "utf8")).trim();
    return {
      url: new URL(`${url}/mcp`),
      headers: { Authorization: `Bearer ${token}` },
      async [Symbol.asyncDispose]() {
        child.kill("SIGTERM");
        await once(child, "exit");
      },
    };
  }
  throw new Error("the server ended before it said its address");
}
