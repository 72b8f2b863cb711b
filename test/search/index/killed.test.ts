import { spawn, type ChildProcessByStdio } from "node:child_process";
import { mkdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { repository } from "../../support/repository.ts";
import { temporary, type Ground } from "../../support/workspace.ts";
import { dump, indexing } from "./support.ts";

const PROJECT = join(import.meta.dirname, "../../..");
/** Where packages are found from. */
const FOLDER = join(PROJECT, "node_modules/.plumbline-killed");
const PROGRAM = join(FOLDER, `server-${process.pid}.mjs`);

beforeAll(async () => {
  await mkdir(FOLDER, { recursive: true });
  await build({
    entryPoints: [fileURLToPath(new URL("./server-process.ts", import.meta.url))],
    outfile: PROGRAM,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    // as if it lay beside the workers
    define: { "import.meta.url": JSON.stringify(`file://${PROJECT}/dist/server.js`) },
    packages: "external",
    logLevel: "silent",
  });
});

afterAll(() => rm(PROGRAM, { force: true }));

type Server = ChildProcessByStdio<null, Readable, null>;

function startServer(place: Ground): { readonly server: Server; readonly said: string[] } {
  const server = spawn(process.execPath, [PROGRAM, place.root, join(dirname(place.root), "cache")], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const said: string[] = [];
  server.stdout.setEncoding("utf8").on("data", (text: string) => void said.push(...text.trim().split("\n")));
  place.scope.defer(() => server.kill("SIGKILL"));
  return { server, said };
}

async function grown(place: Ground, count: number): Promise<void> {
  const repo = await repository(place);
  const names = Array.from({ length: count }, (_, index) => index);
  await repo.commit(
    "first",
    Object.fromEntries(
      names.map((index) => [
        `src/f${index}.ts`,
        Array.from(
          { length: 20 },
          (_, line) => `export function f${index}of${line}() {\n  return f${line}();\n}\n`,
        ).join(""),
      ]),
    ),
  );
}

test("whenever a server is killed, the next one goes on and the index becomes whole", async () => {
  await using place = await temporary();
  await grown(place, 250);
  for (let round = 0; round < 4; round++) {
    const { server, said } = startServer(place);
    while (said.length === 0) await sleep(10);
    await sleep(Math.random() * 1_200);
    server.kill("SIGKILL");
  }
  const last = await indexing(place);
  const view = await last.whole();
  expect(view.state()).toMatchObject({ state: "complete", indexed: 250, toGo: 0, problems: [] });
  const found = dump(view.reader);
  await last.close();
  await rm(last.cache, { recursive: true });
  expect(found).toEqual(dump((await (await indexing(place)).whole()).reader));
});

test("while another server indexes one reads what is there, and takes over when that one dies", async () => {
  await using place = await temporary();
  await grown(place, 900);
  const { server, said } = startServer(place);
  while (!said.some((line) => /^building [1-9]/u.test(line))) await sleep(10);
  const second = await indexing(place);
  const early = await second.view();
  await sleep(50);
  expect(early.state()).toMatchObject({ state: "building", problems: ["Another process is indexing."] });
  expect(early.state().indexed).toBeGreaterThan(0);
  server.kill("SIGKILL");
  const killed = Date.now();
  while (early.state().problems.length > 0) await sleep(10);
  expect(Date.now() - killed).toBeLessThan(5_000);
  expect((await second.whole()).state()).toMatchObject({ state: "complete", indexed: 900 });
});
