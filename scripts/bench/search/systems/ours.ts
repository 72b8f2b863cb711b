import { existsSync, mkdtempSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startMcp, type McpClient } from "../mcp-client.ts";
import { watchMemory } from "../peak-memory.ts";
import type { Contender, Session } from "../system.ts";
import { findMiniLm } from "../minilm/find-minilm.ts";
import { isComplete, missingIn, readAnswer } from "./read-answer.ts";

const INDEX_LIMIT_MS = 60 * 60_000;
const ASKED_FIRST_MS = 20;
/** Of the time that has passed: a long wait is not disturbed more often than it needs. */
const ASKED_SHARE = 0.02;

export const LEXICAL = "plumbline, words alone";
export const HYBRID = "plumbline";
export const MINILM = "plumbline, MiniLM vectors";

export interface Serving {
  /** Where `dist` lies. */
  readonly project: string;
  readonly flags: readonly string[];
  readonly scratch: string;
  readonly servers?: readonly string[];
}

/** A server of ours whose index is complete. */
export interface Served extends Session {
  readonly client: McpClient;
}

/** Our ways to rank, through the built command; that with MiniLM's vectors makes ten a second, so it has to be asked for. */
export function ours(project: string, { withMiniLm }: { readonly withMiniLm: boolean }): Contender[] {
  const all = [
    contender(LEXICAL, project, () => Promise.resolve(["--search-embedder", "none"])),
    contender(HYBRID, project, () => Promise.resolve([])),
    contender(MINILM, project, async (cache) => {
      const file = await findMiniLm(cache);
      return ["--search-embedder", "gguf", "--search-gguf-file", file];
    }),
  ];
  return all.filter(({ name }) => name !== MINILM || withMiniLm);
}

function contender(
  name: string,
  project: string,
  flagsIn: (cache: string) => Promise<readonly string[]>,
): Contender {
  return {
    name,
    ours: true,
    async prepare({ cache, scratch }) {
      if (!existsSync(join(project, "dist/cli.js"))) throw new Error("it is not built");
      const flags = await flagsIn(cache);
      return { name, version: "this", open: (folder) => serveOurs(folder, { project, flags, scratch }) };
    },
  };
}

/** Starts the command on a folder that it has never seen and waits until all of it is in the index. */
export async function serveOurs(folder: string, serving: Serving): Promise<Served> {
  const { client, memory, began } = await startOurs(folder, serving);
  try {
    const missing = await untilComplete(client);
    const indexSeconds = (performance.now() - began) / 1_000;
    const peakMiB = memory.stop();
    return {
      client,
      ...(missing === undefined ? {} : { missing }),
      indexSeconds,
      peakMiB,
      async search(query, limit) {
        const { text, ms } = await client.call("search_code", { query, limit });
        return { results: readAnswer(text), ms };
      },
      close: () => client.close(),
    };
  } catch (error) {
    memory.stop();
    await client.close();
    throw error;
  }
}

/** Starts the command on a folder that it has never seen. */
export async function startOurs(
  folder: string,
  { project, flags, scratch, servers = ["search"] }: Serving,
): Promise<{ client: McpClient; memory: ReturnType<typeof watchMemory>; began: number }> {
  const state = mkdtempSync(join(scratch, "state-"));
  const client = await startMcp({
    command: process.execPath,
    args: [join(project, "dist/cli.js"), "serve", ...servers, "--root", folder, ...flags],
    env: {
      ...process.env,
      PLUMBLINE_CONFIG_DIR: state,
      PLUMBLINE_STATE_DIR: state,
      PLUMBLINE_CACHE_DIR: state,
    },
  });
  return { client, memory: watchMemory(client.pid), began: performance.now() };
}

/** Waits until nothing of the index is missing but what cannot be had, and says what that is. Throws after an hour. */
export async function untilComplete(client: McpClient): Promise<string | undefined> {
  const began = performance.now();
  let { text } = await client.call("index_status", { wait: true });
  while (!isComplete(text)) {
    const waited = performance.now() - began;
    if (waited > INDEX_LIMIT_MS) throw new Error("the index was not complete after an hour");
    await sleep(Math.max(ASKED_FIRST_MS, waited * ASKED_SHARE));
    ({ text } = await client.call("index_status", { wait: true }));
  }
  return missingIn(text);
}
