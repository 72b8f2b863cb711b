import { writeFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import search from "../../../servers/search/server.ts";
import { callable, type Called } from "../../support/call-tool.ts";
import { tinyBert } from "../../support/tiny-bert.ts";
import { temporary, type Ground } from "../../support/workspace.ts";

const FILES = {
  "src/read.ts": `/** Reads a file. */\nexport function readFile(path: string): string {\n  return open(path).text();\n}\n`,
  "src/write.ts": `/** Writes a file. */\nexport function writeFile(path: string, text: string): void {\n  open(path).put(text);\n}\n`,
  "src/parse.ts": `export function parse(text: string): string[] {\n  return text.split(",");\n}\n`,
};

interface Standing extends AsyncDisposable {
  readonly ground: Ground;
  readonly called: Called;
}

/** The search server with a model of random weights, run by the real engine. */
async function standing(options: Record<string, unknown> = {}): Promise<Standing> {
  const ground = await temporary(FILES);
  const file = join(ground.outside, "tiny.gguf");
  await writeFile(file, tinyBert());
  const called = await callable(search, {
    roots: [ground.root],
    options: { embedder: "gguf", ggufFile: file, ...options },
  });
  return {
    ground,
    called,
    async [Symbol.asyncDispose]() {
      await called[Symbol.asyncDispose]();
      await ground[Symbol.asyncDispose]();
    },
  };
}

async function asked({ called }: Standing, query: string): Promise<string> {
  const [text = ""] = await called.texts("search_code", { query });
  return text;
}

/** Asks until the first line says nothing of the model any more. */
async function askedWhole(at: Standing, query: string): Promise<string> {
  for (const until = Date.now() + 60_000; ; await sleep(100)) {
    const text = await asked(at, query);
    const [header = ""] = text.split("\n");
    if (!/model|being built|changes/u.test(header)) return text;
    if (Date.now() > until) throw new Error(`still: ${header}`);
  }
}

test(
  "an index gets vectors of the person's model in the background, and ranks by them",
  { timeout: 120_000 },
  async () => {
    await using at = await standing();
    const text = await askedWhole(at, "take text apart");
    // none of these words is in any file: only the model brings results
    await expect
      .poll(async () => await asked(at, "zebra quokka"), { timeout: 60_000, interval: 200 })
      .toContain("src/");
    expect(text).not.toContain("without the model");
  },
);

test("who asks how the index stands is told of vectors to come", { timeout: 120_000 }, async () => {
  await using at = await standing();
  const status = async (): Promise<string> =>
    (await at.called.texts("index_status", { wait: true })).join("");
  expect(await status()).toMatch(/^\[[^\]]*the model (?:is being loaded|knows \d of 3 parts so far)\]/u);
  await expect.poll(status, { timeout: 60_000, interval: 20 }).toMatch(/^\[[^\]]*3 files indexed\]/u);
  expect(await asked(at, "zebra quokka")).toContain("src/");
});

test("a changed file is embedded anew, and the rest is not", { timeout: 120_000 }, async () => {
  await using at = await standing();
  await expect
    .poll(async () => await asked(at, "zebra quokka"), { timeout: 60_000, interval: 200 })
    .toContain("src/");
  await writeFile(
    join(at.ground.root, "src/new.ts"),
    "export function sing(song: string): void {\n  hum(song);\n}\n",
  );
  await expect
    .poll(async () => await asked(at, "zebra quokka"), { timeout: 60_000, interval: 200 })
    .toContain("src/new.ts");
});

test(
  "without a usable model, results come by words, and the answer says so",
  { timeout: 60_000 },
  async () => {
    await using at = await standing({ ggufFile: "/nowhere/model.gguf" });
    await expect
      .poll(async () => await asked(at, "reads a file"), { timeout: 30_000, interval: 100 })
      .toMatch(/^\[[^\]]*ranked without the model[^\]]*\]\n\nsrc\/read\.ts/u);
    await rm(at.ground.outside, { recursive: true });
  },
);
