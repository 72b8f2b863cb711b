import { execFileSync } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import search from "../../../servers/search/server.ts";
import { callable, type CallOptions } from "../../support/call-tool.ts";
import { temporary } from "../../support/workspace.ts";

/** A folder whose index is complete, and the tools on it. */
export interface Project extends AsyncDisposable {
  readonly root: string;
  /** The text of an answer that is no failure. */
  ask(tool: string, input: unknown): Promise<string>;
  /** The text of a failure. */
  failure(tool: string, input: unknown): Promise<string>;
  /** The text of an answer or of a failure. */
  either(tool: string, input: unknown): Promise<string>;
  write(path: string, text: string | undefined): Promise<void>;
  git(...args: string[]): void;
}

export async function project(
  files: Readonly<Record<string, string>>,
  options: CallOptions = {},
): Promise<Project> {
  const ground = await temporary(files);
  const { root } = ground;
  const called = await callable(search, { roots: [root], options: { embedder: "none" }, ...options });
  const ask = async (tool: string, input: unknown): Promise<string> =>
    (await called.texts(tool, input)).join("");
  return {
    root,
    async ask(tool, input) {
      await complete(ask);
      return await ask(tool, input);
    },
    async failure(tool, input) {
      await complete(ask);
      return await called.failure(tool, input);
    },
    async either(tool, input) {
      await complete(ask);
      const { parts } = await called.call(tool, input);
      return parts.map((part) => (part.type === "text" ? part.text : "")).join("");
    },
    async write(path, text) {
      const file = join(root, path);
      await mkdir(dirname(file), { recursive: true });
      if (text === undefined) await rm(file);
      else await writeFile(file, text);
    },
    git(...args) {
      const identity = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"];
      execFileSync("git", [...identity, ...args], { cwd: root, stdio: "pipe" });
    },
    async [Symbol.asyncDispose]() {
      await called[Symbol.asyncDispose]();
      await ground[Symbol.asyncDispose]();
    },
  };
}

async function complete(ask: (tool: string, input: unknown) => Promise<string>): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (/^\[[^:]*: complete/u.test(await ask("index_status", {}))) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("the index is not complete");
}

/** Everything below the first line. */
export function below(answer: string): string[] {
  return answer.split("\n").slice(1);
}
