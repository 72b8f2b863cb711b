import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { deserialize, serialize } from "node:v8";
import { StaticTable } from "../../shared/model/static-table.ts";
import { decodeTable, encodeTable } from "../../shared/model/table-file.ts";
import { packageFolder } from "../packages/package.ts";
import { readManifest } from "./corpus/read-manifest.ts";
import type { CorpusPackage } from "./corpus/read-manifest.ts";
import { evaluate } from "./evaluation/evaluate.ts";
import { extractPackage } from "./pairs/extract-package.ts";
import type { PackagePairs } from "./pairs/pair.ts";
import { openParse } from "./pairs/open-parse.ts";
import { renderEvaluation } from "./evaluation/render.ts";
import { chooseVocabulary, gatherCorpus, isHeldOut } from "./training/corpus.ts";
import { packTable } from "./training/pack.ts";
import { Settings } from "./training/settings.ts";
import { train } from "./training/train.ts";

const AT_ONCE = 5;
const PER_CHILD = 8;
const CHILD_MS = 900_000;
const LEAST_HELD_OUT = 100;

const [step = "", ...rest] = process.argv.slice(2);
const given = new Map(
  rest.map((each) => [/^--(\w+)=/u.exec(each)?.[1] ?? each, each.slice(each.indexOf("=") + 1)] as const),
);
const corpusFolder = given.get("corpus") ?? "/tmp/corpus";
const work = given.get("work") ?? "/tmp/plumbline-train";
const pairsFolder = join(work, "pairs");
const tableFile = given.get("table") ?? join(work, "code-words.bin");
const manifest = readManifest();
mkdirSync(pairsFolder, { recursive: true });

const steps: Readonly<Record<string, () => Promise<void> | void>> = {
  extract: extractAll,
  "extract-some": extractSome,
  train: trainTable,
  evaluate: evaluateTable,
  statistics,
};
const chosen = steps[step];
if (chosen === undefined) throw new Error(`steps: ${Object.keys(steps).join(", ")}`);
await chosen();

/**
 * Children take some packages each, so that a parser that fails takes only those along; what they left is then tried
 * package by package.
 */
async function extractAll(): Promise<void> {
  for (const size of [PER_CHILD, 1]) {
    const waiting = manifest
      .filter((listed) => !existsSync(pairsFile(listed)) && existsSync(packageFolder(listed, corpusFolder)))
      .sort((a, b) => (shuffled(a.name) < shuffled(b.name) ? -1 : 1));
    const next = async (): Promise<void> => {
      for (let some = waiting.splice(0, size); some.length > 0; some = waiting.splice(0, size)) {
        const code = await runSelf(["extract-some", ...some.map(idOf)]);
        if (code !== 0) console.warn(`${some.map(idOf).join(" ")}: ended with ${code}`);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, next));
  }
}

function shuffled(name: string): string {
  return createHash("sha1").update(name).digest("hex");
}

function runSelf(options: readonly string[]): Promise<number | null> {
  return new Promise((resolve) => {
    const own = process.argv[1] ?? "";
    const child = spawn("nice", ["-n", "2", process.execPath, "--max-old-space-size=4000", own, ...options], {
      stdio: "inherit",
      timeout: CHILD_MS,
    });
    child.on("close", resolve);
  });
}

async function extractSome(): Promise<void> {
  const parse = openParse();
  for (const listed of manifest.filter((each) => rest.includes(idOf(each)))) {
    const folder = packageFolder(listed, corpusFolder);
    const pairs = await extractPackage({ folder, name: idOf(listed), licence: listed.licence }, parse);
    const out = pairsFile(listed);
    writeFileSync(`${out}.new`, serialize(pairs));
    renameSync(`${out}.new`, out);
    console.log(`${pairs.name}: ${pairs.pairs} pairs ${JSON.stringify(pairs.kinds)}`);
  }
}

function idOf({ registry, name }: CorpusPackage): string {
  return `${registry}+${name}`;
}

function pairsFile(listed: CorpusPackage): string {
  return join(pairsFolder, listed.registry + "+" + basename(packageFolder(listed, corpusFolder)) + ".pairs");
}

function readPairs(wanted: (name: string) => boolean): PackagePairs[] {
  return manifest
    .filter((listed) => wanted(idOf(listed)) && existsSync(pairsFile(listed)))
    .sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1))
    .map((listed) => {
      const pairs: PackagePairs = deserialize(readFileSync(pairsFile(listed)));
      return { ...pairs, name: idOf(listed), licence: listed.licence };
    });
}

function trainTable(): void {
  const settings = Settings.parse(Object.fromEntries([...given].filter(([name]) => name in Settings.shape)));
  const packages = readPairs((name) => !isHeldOut(name));
  const vocabulary = chooseVocabulary(packages, { seen: 5, packages: 2, most: settings.vocabulary });
  const corpus = gatherCorpus(packages, vocabulary);
  console.log(`${corpus.pairs.length} pairs, ${packages.length} packages, ${vocabulary.words.length} words`);
  const learned = train(corpus, settings, (line) => console.log(line));
  writeFileSync(tableFile, encodeTable(packTable(learned)));
  writeFileSync(
    `${tableFile}.json`,
    JSON.stringify({ settings, pairs: corpus.pairs.length, packages: packages.length }),
  );
  evaluateTable();
}

function evaluateTable(): void {
  const decoded = decodeTable(readFileSync(tableFile));
  if (decoded.kind === "broken") throw new Error(decoded.problem);
  const packages = readPairs(isHeldOut).filter(({ pairs }) => pairs >= LEAST_HELD_OUT);
  console.log(renderEvaluation(evaluate(new StaticTable(decoded.data, decoded.checksum), packages)));
}

function statistics(): void {
  const sums = { kinds: {} as Record<string, number>, languages: {} as Record<string, number> };
  let pairs = 0;
  const all = readPairs(() => true);
  for (const pack of all) {
    pairs += pack.pairs;
    for (const part of ["kinds", "languages"] as const)
      for (const [name, count] of Object.entries(pack[part]))
        sums[part][name] = (sums[part][name] ?? 0) + count;
  }
  console.log({ packages: all.length, pairs, ...sums });
}
