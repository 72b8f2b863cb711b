import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { deserialize, serialize } from "node:v8";
import { isMainThread, parentPort, workerData } from "node:worker_threads";
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
import { renderReport } from "./evaluation/render-report.ts";
import type { Reported } from "./evaluation/render-report.ts";
import { RunNotes, runNotes } from "./training/run-notes.ts";
import { chooseVocabulary, gatherCorpus, isHeldOut } from "./training/corpus.ts";
import { packTable } from "./training/pack.ts";
import { Settings } from "./training/settings.ts";
import { train, trainInThreads, trainThread } from "./training/train.ts";

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
const notesFile = `${tableFile}.json`;
const root = join(import.meta.dirname, "../..");
mkdirSync(pairsFolder, { recursive: true });

const steps: Readonly<Record<string, () => Promise<void> | void>> = {
  extract: extractAll,
  "extract-some": extractSome,
  train: trainTable,
  evaluate: () => console.log(evaluateTable().figures),
  publish,
};
if (isMainThread) {
  const chosen = steps[step];
  if (chosen === undefined) throw new Error(`steps: ${Object.keys(steps).join(", ")}`);
  await chosen();
} else {
  const port = parentPort;
  trainThread(workerData, (line) => port?.postMessage(line, []));
}

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

async function trainTable(): Promise<void> {
  const settings = Settings.parse(Object.fromEntries([...given].filter(([name]) => name in Settings.shape)));
  const packages = readPairs((name) => !isHeldOut(name));
  const vocabulary = chooseVocabulary(packages, { seen: 5, packages: 2, most: settings.vocabulary });
  const corpus = gatherCorpus(packages, vocabulary);
  console.log(`${corpus.pairs.length} pairs, ${packages.length} packages, ${vocabulary.words.length} words`);
  const began = Date.now();
  const threads = Number(given.get("threads") ?? 1);
  const report = (line: string): void => console.log(line);
  const file = process.argv[1] ?? "";
  const learned =
    threads === 1
      ? train(corpus, settings, report)
      : await trainInThreads(corpus, settings, { threads, file, report });
  const notes = runNotes({ packages, corpus, settings }, (Date.now() - began) / 1000);
  writeFileSync(tableFile, encodeTable(packTable(learned)));
  writeFileSync(notesFile, JSON.stringify(notes));
  console.log(evaluateTable().figures);
}

function evaluateTable(): Pick<Reported, "figures" | "heldOut" | "checksum" | "bytes"> {
  const bytes = readFileSync(tableFile);
  const decoded = decodeTable(bytes);
  if (decoded.kind === "broken") throw new Error(decoded.problem);
  const packages = readPairs(isHeldOut).filter(({ pairs }) => pairs >= LEAST_HELD_OUT);
  return {
    figures: renderEvaluation(evaluate(new StaticTable(decoded.data, decoded.checksum), packages)),
    heldOut: packages.map(({ name }) => name),
    checksum: createHash("sha256").update(bytes).digest("hex"),
    bytes: bytes.length,
  };
}

/** Puts the table where the build finds it, with a report. */
function publish(): void {
  const notes = RunNotes.parse(JSON.parse(readFileSync(notesFile, "utf8")));
  const report = renderReport({ notes, ...evaluateTable() });
  mkdirSync(join(root, "shared/model/table"), { recursive: true });
  copyFileSync(tableFile, join(root, "shared/model/table/code-words.bin"));
  writeFileSync(join(import.meta.dirname, "report.md"), report);
  console.log(report);
}
