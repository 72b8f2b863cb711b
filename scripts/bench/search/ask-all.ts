import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as z from "zod";
import type { LaidOut } from "./lay-out.ts";
import type { QuerySet } from "./queries.ts";
import { CONSIDERED } from "./score.ts";
import type { Session, System } from "./system.ts";

const WARM_UPS = 3;

const Asked = z.object({
  query: z.string(),
  /** Null when it failed. */
  ms: z.number().nullable(),
  hits: z.array(z.object({ path: z.string(), startLine: z.int(), endLine: z.int(), characters: z.int() })),
  /** Why it failed. */
  error: z.string().optional(),
});
const Outcome = z.object({
  system: z.string(),
  version: z.string(),
  set: z.string(),
  files: z.int(),
  indexSeconds: z.number(),
  peakMiB: z.number().nullable(),
  missing: z.string().optional(),
  asked: z.array(Asked),
});

/** What one system made of one package. */
export type Outcome = z.infer<typeof Outcome>;

interface Asking {
  readonly cache: string;
  /** Whether what an earlier run left counts. */
  readonly kept: boolean;
  readonly say: (line: string) => void;
}

/** Asks a system all queries of all packages. Throws when it cannot index one. */
export async function askAll(
  system: System,
  laidOut: readonly LaidOut[],
  asking: Asking,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const { set, folder } of laidOut) {
    if (folder === undefined) continue;
    const file = keptIn(asking.cache, system, set);
    const outcome = (asking.kept ? read(file) : undefined) ?? (await askOne(system, set, folder));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(outcome));
    asking.say(told(outcome));
    outcomes.push(outcome);
  }
  return outcomes;
}

async function askOne(system: System, set: QuerySet, folder: string): Promise<Outcome> {
  const session = await system.open(folder);
  try {
    const queries = set.queries.map(({ query }) => query);
    for (const query of queries.slice(-WARM_UPS)) await ask(session, query);
    const asked = [];
    for (const query of queries) asked.push(await ask(session, query));
    return {
      system: system.name,
      version: system.version,
      set: set.id,
      files: filesIn(folder),
      indexSeconds: session.indexSeconds,
      peakMiB: Number.isNaN(session.peakMiB) ? null : session.peakMiB,
      ...(session.missing === undefined ? {} : { missing: session.missing }),
      asked,
    };
  } finally {
    await session.close();
  }
}

async function ask(session: Session, query: string): Promise<z.infer<typeof Asked>> {
  try {
    const { results, ms } = await session.search(query, CONSIDERED);
    const hits = results.map(({ path, startLine, endLine, text }) => ({
      path,
      startLine,
      endLine,
      characters: text.length,
    }));
    return { query, ms, hits };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { query, ms: null, hits: [], error: reason.slice(0, 200) };
  }
}

function filesIn(folder: string): number {
  const listed = execFileSync("git", ["ls-files", "-z"], {
    cwd: folder,
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  return listed.split("\0").length - 1;
}

function keptIn(cache: string, { name, version }: System, { id, hash }: QuerySet): string {
  const folder = `${name}-${version}`.replaceAll(/[^\w.-]+/gu, "-");
  return join(cache, "results", folder, `${id}-${hash}.json`);
}

function read(file: string): Outcome | undefined {
  try {
    const outcome = Outcome.parse(JSON.parse(readFileSync(file, "utf8")));
    // what failed once may have lacked time
    return outcome.asked.every(({ error }) => error === undefined) ? outcome : undefined;
  } catch {
    return undefined; // not there, or of an earlier form
  }
}

function told({ system, set, asked, indexSeconds }: Outcome): string {
  const failed = asked.filter(({ error }) => error !== undefined);
  const why = failed[0]?.error === undefined ? "" : `, ${failed.length} failed: ${failed[0].error}`;
  return `${system}: ${set}, ${asked.length} queries, indexed in ${indexSeconds.toFixed(1)} s${why}`;
}
