import { execFile, execFileSync } from "node:child_process";
import { existsSync, readdirSync, realpathSync } from "node:fs";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import * as z from "zod";
import { fetchPackage } from "../../../packages/fetch-package.ts";
import type { Answer, Contender } from "../system.ts";

const run = promisify(execFile);
const VERSION = "0.6.0-rc325";
const MOST_OUTPUT = 2 ** 28;
/** Its own limit is half a minute, which a busy machine may need for a large package. */
const TIMEOUT_SECONDS = "300";
const TARGETS: Readonly<Record<string, string>> = {
  "linux-x64": "x86_64-unknown-linux-musl",
  "linux-arm64": "aarch64-unknown-linux-musl",
  "darwin-x64": "x86_64-apple-darwin",
  "darwin-arm64": "aarch64-apple-darwin",
};

const Printed = z.object({
  results: z.array(
    z.object({ file: z.string(), lines: z.tuple([z.int(), z.int()]), code: z.string(), score: z.number() }),
  ),
});

/** Keeps no index: its own server starts the program anew for every question, and so do we. */
export const PROBE: Contender = {
  name: "probe",
  ours: false,
  async prepare({ cache }) {
    const program = await install(join(cache, "peers"));
    return {
      name: "probe",
      version: VERSION,
      open: (folder) =>
        Promise.resolve({
          indexSeconds: 0,
          peakMiB: Number.NaN,
          search: (query, limit) => search(program, { folder: realpathSync(folder), query, limit }),
          close: () => Promise.resolve(),
        }),
    };
  },
};

/** The package holds the program of every platform; its dependencies, which are an agent's, are not needed. */
async function install(cache: string): Promise<string> {
  const package_ = await fetchPackage({ registry: "npm", name: "@probelabs/probe", version: VERSION }, cache);
  const target = TARGETS[`${process.platform}-${process.arch}`];
  if (target === undefined) throw new Error("it has no program for this platform");
  const folder = join(package_, "bin/binaries");
  const program = join(folder, `probe-v${VERSION}-${target}`, "probe");
  if (!existsSync(program)) {
    const archive = readdirSync(folder).find((name) => name.endsWith(`${target}.tar.gz`));
    if (archive === undefined) throw new Error("its package holds no program for this platform");
    execFileSync("tar", ["-xzf", archive], { cwd: folder });
  }
  return program;
}

async function search(
  program: string,
  { folder, query, limit }: { readonly folder: string; readonly query: string; readonly limit: number },
): Promise<Answer> {
  const began = performance.now();
  const options = ["--max-results", String(limit), "--no-merge", "--timeout", TIMEOUT_SECONDS];
  const args = ["search", plain(query), folder, ...options, "--format", "json"];
  const { stdout } = await run(program, args, { cwd: folder, maxBuffer: MOST_OUTPUT });
  const ms = performance.now() - began;
  const start = stdout.indexOf("{");
  if (start < 0) return { results: [], ms };
  const found = Printed.parse(JSON.parse(stdout.slice(start))).results;
  // it prints the best ones by path: its own score says which of them it thinks best
  const results = found.sort((one, other) => other.score - one.score);
  return {
    ms,
    results: results.map(({ file, lines: [startLine, endLine], code }) => {
      const path = relative(folder, file);
      return { path, startLine, endLine, text: `${path}:${startLine}-${endLine}\n${code}` };
    }),
  };
}

/** Its queries have operators: a question has none. */
function plain(query: string): string {
  return query.replaceAll(/["'():+*?!~^{}[\]\\/-]+/gu, " ").trim();
}
