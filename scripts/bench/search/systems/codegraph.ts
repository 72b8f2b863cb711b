import { execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import * as z from "zod";
import { startMcp } from "../mcp-client.ts";
import { watchMemory } from "../peak-memory.ts";
import type { Contender, Found, Session } from "../system.ts";

const run = promisify(execFile);
const VERSION = "1.6.1";
const PACKAGE = "@colbymchenry/codegraph";
const MOST_OUTPUT = 2 ** 28;

const Printed = z.array(
  z.object({
    node: z.object({ filePath: z.string(), startLine: z.int(), endLine: z.int(), name: z.string() }),
  }),
);

/** How an indexed copy is asked. */
type Ask = (indexed: Indexed) => Promise<Pick<Session, "search" | "close">>;

interface Indexed {
  readonly program: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly folder: string;
}

/** Its search for symbols, and the one tool that its server offers an agent. */
export const CODEGRAPH: readonly Contender[] = [
  contender("codegraph query", byQuery),
  contender("codegraph explore", byExplore),
];

function contender(name: string, ask: Ask): Contender {
  return {
    name,
    ours: false,
    prepare({ cache, scratch }) {
      const program = install(join(cache, "peers", "codegraph"));
      const home = join(cache, "peers", "codegraph-home");
      mkdirSync(home, { recursive: true });
      const env = { ...process.env, HOME: home, DO_NOT_TRACK: "1" };
      execFileSync(program, ["telemetry", "off"], { env, stdio: "ignore" });
      const open = async (source: string): Promise<Session> => {
        // it keeps its index in the project
        const folder = mkdtempSync(join(scratch, "codegraph-"));
        cpSync(source, folder, { recursive: true });
        const indexed = { program, env, folder };
        const costs = await index(indexed);
        const { search, close } = await ask(indexed);
        return {
          ...costs,
          search,
          async close() {
            await close();
            rmSync(folder, { recursive: true, force: true });
          },
        };
      };
      return Promise.resolve({ name, version: VERSION, open });
    },
  };
}

function install(folder: string): string {
  const program = join(folder, "node_modules/.bin/codegraph");
  if (existsSync(program)) return program;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true }));
  const args = ["install", "--ignore-scripts", "--no-audit", "--no-fund", `${PACKAGE}@${VERSION}`];
  execFileSync("npm", args, { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
  return program;
}

async function index({ program, env, folder }: Indexed): Promise<Pick<Session, "indexSeconds" | "peakMiB">> {
  const began = performance.now();
  const child = spawn(program, ["init", "--yes", folder], { env, cwd: folder, stdio: "ignore" });
  const memory = watchMemory(child.pid ?? 0);
  const [code] = await once(child, "exit");
  const peakMiB = memory.stop();
  if (code !== 0) throw new Error(`indexing ended with ${String(code)}`);
  return { indexSeconds: (performance.now() - began) / 1_000, peakMiB };
}

/** Prints places: an agent reads the lines there. */
function byQuery({ program, env, folder }: Indexed): ReturnType<Ask> {
  return Promise.resolve({
    async search(query, limit) {
      const began = performance.now();
      const args = ["query", "--json", "--limit", String(limit), "--path", folder, "--", query];
      const { stdout } = await run(program, args, { env, cwd: folder, maxBuffer: MOST_OUTPUT });
      const ms = performance.now() - began;
      const start = stdout.indexOf("[");
      const found = start < 0 ? [] : Printed.parse(JSON.parse(stdout.slice(start)));
      const results = found.map(({ node: { filePath: path, startLine, endLine, name } }) => {
        const lines = readFileSync(join(folder, path), "utf8")
          .split("\n")
          .slice(startLine - 1, endLine);
        return {
          path,
          startLine,
          endLine,
          text: `${path}:${startLine}-${endLine} ${name}\n${lines.join("\n")}`,
        };
      });
      return { results, ms };
    },
    close: () => Promise.resolve(),
  });
}

async function byExplore({ program, env, folder }: Indexed): ReturnType<Ask> {
  const client = await startMcp({
    command: program,
    args: ["serve", "--mcp", "--no-watch", "--path", folder],
    env,
    cwd: folder,
  });
  return {
    async search(query, limit) {
      const { text, ms } = await client.call("codegraph_explore", { query });
      return { results: readExplored(text).slice(0, limit), ms };
    },
    close: () => client.close(),
  };
}

/** Each run of numbered lines below a file's heading is a result. What stands before the first has to be read with it. */
export function readExplored(answer: string): Found[] {
  const found: Found[] = [];
  let path: string | undefined;
  let before: string[] = [];
  let lines: string[] = [];
  let next = 0;
  const end = (): void => {
    if (path !== undefined && lines.length > 0) {
      const text = [...before, ...lines].join("\n");
      found.push({ path, startLine: next - lines.length, endLine: next - 1, text });
      before = [];
    }
    lines = [];
  };
  for (const line of answer.split("\n")) {
    const number = /^(\d+)\t/u.exec(line)?.[1];
    if (lines.length > 0 && Number(number) !== next) end();
    if (number === undefined) {
      path = /^\*\*`(.+?)`\*\*/u.exec(line)?.[1] ?? path;
      before.push(line);
    } else {
      lines.push(line);
      next = Number(number) + 1;
    }
  }
  end();
  return found;
}
