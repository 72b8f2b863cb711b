import { expect, test } from "vitest";
import type { Engine } from "../../servers/git/engine/shapes.ts";
import type { Repository as Opened } from "../../shared/git/repository.ts";
import { enginePair } from "../support/engines.ts";
import { largeHistory } from "../support/histories.ts";
import { repository } from "../support/repository.ts";
import { opened } from "../support/workspace.ts";

// The figures of servers/git/engine/README.md: SPEED=1 npx vitest run test/git/engine-speed.test.ts
const { signal } = new AbortController();
const ALL = { paths: [], untracked: true, ignored: false };
const TIMES = 7;

const SIZES = [
  { name: "50 commits, 40 files", commits: 50, files: 40 },
  { name: "10,000 commits, 2,000 files", commits: 10_000, files: 2_000 },
];

const ASKS: Readonly<Record<string, (engine: Engine, at: Opened, tip: string) => Promise<unknown>>> = {
  status: (engine, at) => engine.status(at, ALL, signal),
  log: (engine, at, tip) =>
    engine.log(at, { revisions: [tip], paths: [], follow: false, skip: 0, limit: 20 }, signal),
  diff: (engine, at, tip) =>
    engine.diff(
      at,
      {
        from: { hash: `${tip}~5` },
        to: { hash: tip },
        paths: [],
        stat: false,
        context: 3,
        words: false,
      },
      signal,
    ),
  show: (engine, at, tip) => engine.commit(at, tip, signal),
  branches: (engine, at) => engine.refs(at, "refs/heads/", signal),
};

test("milliseconds of both engines", { timeout: 600_000 }, async ({ skip }) => {
  if (process.env["SPEED"] !== "1") skip("prints figures, when SPEED is 1");
  for (const { name, commits, files } of SIZES) {
    await using ground = await opened();
    const repo = await repository(ground);
    const { tip } = await largeHistory(repo, { commits, files });
    await repo.git("reset", "--quiet", "--hard");
    const { git, program, embedded } = enginePair(ground);
    const at = await git.open(undefined, signal);
    const rows = [];
    for (const [what, ask] of Object.entries(ASKS)) {
      const times = [];
      for (const engine of [program, embedded]) times.push(await median(() => ask(engine, at, tip)));
      rows.push(`| ${what} | ${times.map((ms) => ms.toFixed(1)).join(" | ")} |`);
    }
    process.stderr.write(`${name}\n${rows.join("\n")}\n`);
    expect(rows).toHaveLength(5);
  }
});

async function median(ask: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let left = TIMES; left >= 0; left--) {
    const start = performance.now();
    await ask();
    times.push(performance.now() - start);
  }
  // the first one warms up
  return times.slice(1).toSorted((a, b) => a - b)[TIMES >> 1] ?? 0;
}
