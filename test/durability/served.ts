import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import type { JSONRPCMessage, Transport } from "@modelcontextprotocol/client";
import { createClient } from "../support/connect.ts";

const CLI = resolve("dist/cli.js");

/** A folder of its own with a root in it, and a state folder beside it. Gone at the end. */
export interface Tree extends Disposable {
  readonly base: string;
  readonly root: string;
  readonly state: string;
  /** The log of changes. */
  readonly log: string;
}

/** `base`: an empty folder to use instead of a fresh one, as a mount. */
export function tree(
  files: Readonly<Record<string, string | Buffer>> = {},
  base = realpathSync(mkdtempSync(join(tmpdir(), "plumb-dur-"))),
): Tree {
  const root = join(base, "root");
  mkdirSync(root);
  put(root, files);
  // the server may be run as somebody else
  chmodSync(base, 0o755);
  const state = join(base, "state");
  return {
    base,
    root,
    state,
    log: join(state, "changes/changes.jsonl"),
    [Symbol.dispose]: () => rmSync(base, { recursive: true, force: true }),
  };
}

export function put(root: string, files: Readonly<Record<string, string | Buffer>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
}

export interface ServeOptions {
  readonly roots?: readonly string[];
  readonly state?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  /** Run as another user. */
  readonly uid?: number;
  /** Command and arguments before the server's own, as `["prlimit", "--fsize=1000"]`. */
  readonly wrapper?: readonly string[];
}

/** What a tool answered: its text, and whether that is a failure. */
export interface Said {
  readonly ok: boolean;
  readonly text: string;
}

/** The built command as a child, and a client of it. */
export interface Served extends AsyncDisposable {
  readonly child: ChildProcess;
  /** Never throws for a failed tool; throws when the server ends without an answer. */
  call(name: string, args: Readonly<Record<string, unknown>>): Promise<Said>;
  /** The text of an answer; throws the text of a failure. */
  did(name: string, args: Readonly<Record<string, unknown>>): Promise<string>;
  stderr(): string;
  /** Ends it by SIGKILL, and waits until it is gone. */
  kill(): Promise<void>;
}

/** Node and the command, copied to where another user can run them: ours may lie in a private folder. */
function programFor({ base }: Tree): string[] {
  const folder = join(base, "program");
  if (!existsSync(folder)) {
    cpSync(dirname(CLI), join(folder, "dist"), { recursive: true });
    writeFileSync(join(folder, "package.json"), '{"type":"module"}');
    copyFileSync(process.execPath, join(folder, "node"));
    chmodSync(join(folder, "node"), 0o755);
  }
  return [join(folder, "node"), join(folder, "dist", basename(CLI))];
}

export async function serve(tree: Tree, options: ServeOptions = {}): Promise<Served> {
  const { roots = [tree.root], state = tree.state, env = {}, args = [], uid, wrapper = [] } = options;
  const [command = "", ...rest] = [
    ...wrapper,
    ...(uid === undefined ? [process.execPath, CLI] : programFor(tree)),
    "serve",
    "filesystem",
    ...roots.flatMap((root) => ["--root", root]),
    ...args,
  ];
  const home = join(tree.base, "home");
  const child = spawn(command, rest, {
    cwd: "/",
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: home,
      PLUMBLINE_CONFIG_DIR: join(home, "config"),
      PLUMBLINE_STATE_DIR: state,
      PLUMBLINE_CACHE_DIR: join(home, "cache"),
      ...env,
    },
    stdio: ["pipe", "pipe", "pipe"],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const gone = once(child, "close");
  const client = createClient({ era: "legacy" });
  try {
    await client.connect(overStdio(child));
  } catch (error) {
    child.kill("SIGKILL");
    throw new Error(`the server did not start: ${stderr}`, { cause: error });
  }
  const call: Served["call"] = async (name, input) => {
    const answer = await client.callTool({ name, arguments: { ...input } });
    const text = answer.content
      .map((part) => (part.type === "text" ? part.text : `<${part.type}>`))
      .join("\n");
    return { ok: answer.isError !== true, text };
  };
  return {
    child,
    call,
    async did(name, input) {
      const { ok, text } = await call(name, input);
      if (!ok) throw new Error(text);
      return text;
    },
    stderr: () => stderr,
    async kill() {
      child.kill("SIGKILL");
      await gone;
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      const timer = setTimeout(() => child.kill("SIGKILL"), 5_000);
      await gone;
      clearTimeout(timer);
    },
  };
}

function overStdio({ stdin, stdout }: ChildProcess): Transport {
  if (stdin === null || stdout === null) throw new Error("no pipes");
  // a server that is killed does not read what it is sent
  stdin.on("error", () => undefined);
  const transport: Transport = {
    async start() {
      const lines = createInterface({ input: stdout });
      lines.on("line", (line) => {
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the client checks it
        transport.onmessage?.(JSON.parse(line) as JSONRPCMessage);
      });
      lines.on("close", () => transport.onclose?.());
    },
    async send(message) {
      stdin.write(`${JSON.stringify(message)}\n`);
    },
    async close() {
      stdin.end();
    },
  };
  return transport;
}

/** Rounds of a test that repeats itself: more with PLUMBLINE_DURABILITY, a factor. */
export function rounds(usual: number): number {
  return Math.max(1, Math.round(usual * Number(process.env["PLUMBLINE_DURABILITY"] ?? 1)));
}
