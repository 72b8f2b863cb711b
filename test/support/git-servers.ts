import { execFileSync, spawn } from "node:child_process";
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from "node:http";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import type { Scope } from "../../shared/scope.ts";

// Servers of git on loopback, each closed with the scope. What they serve lies in one folder.

export interface HttpOptions {
  /** `user:password` that every request has to bring. */
  readonly credentials?: string;
  /** Instead of serving: where every request is sent. */
  readonly redirect?: string;
}

export interface HttpRemote {
  readonly url: string;
  readonly requests: string[];
}

const serverEnv = {
  PATH: process.env["PATH"] ?? "",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
};

/** Smart HTTP, as `git http-backend` speaks it. */
export async function httpRemote(
  folder: string,
  scope: Scope,
  options: HttpOptions = {},
): Promise<HttpRemote> {
  const requests: string[] = [];
  const server = createHttp((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    const wanted = `Basic ${Buffer.from(options.credentials ?? "").toString("base64")}`;
    if (options.redirect !== undefined)
      response.writeHead(302, { location: `${options.redirect}${request.url}` }).end();
    else if (options.credentials !== undefined && request.headers.authorization !== wanted)
      response.writeHead(401, { "www-authenticate": 'Basic realm="git"' }).end();
    else backend(folder, request, response);
  });
  return { url: `http://127.0.0.1:${await listen(server, scope)}`, requests };
}

function backend(folder: string, request: IncomingMessage, response: ServerResponse): void {
  const { pathname, search } = new URL(request.url ?? "/", "http://x");
  const child = spawn("git", ["-c", "http.receivepack=true", "http-backend"], {
    env: {
      ...serverEnv,
      GIT_PROJECT_ROOT: folder,
      GIT_HTTP_EXPORT_ALL: "1",
      PATH_INFO: pathname,
      QUERY_STRING: search.slice(1),
      REQUEST_METHOD: request.method ?? "GET",
      CONTENT_TYPE: request.headers["content-type"] ?? "",
      ...(request.headers["content-length"] === undefined
        ? {}
        : { CONTENT_LENGTH: request.headers["content-length"] }),
      HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
      GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
      REMOTE_USER: "somebody",
    },
  });
  child.stdin.on("error", () => {});
  request.pipe(child.stdin);
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.on("close", () => {
    const whole = Buffer.concat(chunks);
    const end = whole.indexOf("\r\n\r\n");
    const lines = whole.subarray(0, end).toString().split("\r\n");
    const headers = lines.map((line) => ({
      name: line.split(":")[0] ?? "",
      value: line.replace(/^[^:]*:\s*/u, ""),
    }));
    const status = headers.find(({ name }) => name.toLowerCase() === "status")?.value ?? "200";
    for (const { name, value } of headers)
      if (name.toLowerCase() !== "status") response.setHeader(name, value);
    response.writeHead(Number.parseInt(status, 10)).end(whole.subarray(end + 4));
  });
}

/** `git daemon`, which anybody may fetch from and push to. */
export async function daemonRemote(folder: string, scope: Scope): Promise<string> {
  const port = await freePort();
  const args = ["daemon", "--export-all", "--enable=receive-pack", "--reuseaddr", "--verbose"];
  const child = spawn(
    "git",
    [
      ...args,
      "--log-destination=stderr",
      `--base-path=${folder}`,
      "--listen=127.0.0.1",
      `--port=${port}`,
      folder,
    ],
    { env: serverEnv, stdio: ["ignore", "ignore", "pipe"], detached: true },
  );
  scope.defer(async () => {
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    await once(child, "close");
  });
  await once(child.stderr, "data");
  return `git://127.0.0.1:${port}`;
}

/** Takes every connection and never says a word. */
export async function silentServer(scope: Scope): Promise<{ port: number; connected: Promise<void> }> {
  let heard = (): void => {};
  const connected = new Promise<void>((resolve) => (heard = resolve));
  const server = createServer((socket) => {
    socket.on("error", () => {});
    scope.defer(() => socket.destroy());
    heard();
  });
  return { port: await listen(server, scope), connected };
}

/** Command lines of the processes that name this text, those of zombies too. */
export async function processesNaming(text: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/u.test(name)) continue;
    const line = await readFile(join("/proc", name, "cmdline"), "utf8").catch(() => "");
    if (line.includes(text)) found.push(line.replaceAll("\0", " "));
  }
  return found;
}

/** Children of this process that ended and that nobody waited for. */
export function zombies(): string[] {
  const lines = execFileSync("ps", ["-o", "stat=,args=", "--ppid", String(process.pid)]).toString();
  return lines.split("\n").filter((line) => line.startsWith("Z"));
}

async function listen(server: Server, scope: Scope): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  scope.defer(() => {
    server.close();
    if ("closeAllConnections" in server && typeof server.closeAllConnections === "function")
      server.closeAllConnections();
  });
  return portOf(server);
}

function portOf(server: Server): number {
  const address = server.address();
  if (typeof address === "string" || address === null) throw new Error("a server without a port");
  return address.port;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const port = portOf(server);
  server.close();
  await once(server, "close");
  return port;
}
