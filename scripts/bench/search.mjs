// npm run bench:search -- [--part dev|report|all] [--quick] [--packages ID,...] [--systems NAME,...] [--fresh] [--minilm] [--scale] [--no-trees] [--readme]:
// our search for code beside others, on queries whose answers are known.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildIfStale } from "../fresh-build.mjs";
import { loadTypescript } from "../load-typescript.mjs";
import { formatMarkdown, writeBlock } from "../readme-block.mjs";
import { machine } from "./figures.mjs";

const HERE = import.meta.dirname;
const PARTS = { dev: ["dev"], report: ["report"], all: ["dev", "report"] };
const say = (line) => process.stderr.write(`${line}\n`);

const { values } = parseArgs({
  options: {
    part: { type: "string", default: "dev" },
    packages: { type: "string", default: "" },
    systems: { type: "string", default: "" },
    quick: { type: "boolean", default: false },
    fresh: { type: "boolean", default: false },
    minilm: { type: "boolean", default: false },
    scale: { type: "boolean", default: false },
    "no-trees": { type: "boolean", default: false },
    readme: { type: "boolean", default: false },
  },
});
if (!Object.hasOwn(PARTS, values.part)) {
  say(`There is no part ${values.part}. These are there: ${Object.keys(PARTS).join(" ")}`);
  process.exit(2);
}

buildIfStale();
const { benchSearch } = await loadTypescript(join(HERE, "search/bench-search.ts"));
const { summary, details, verdicts, file } = await benchSearch({
  project: join(HERE, "../.."),
  parts: PARTS[values.part],
  packages: values.packages.split(",").filter(Boolean),
  systems: values.systems.split(",").filter(Boolean),
  quick: values.quick,
  fresh: values.fresh,
  withMiniLm: values.minilm || process.env.PLUMBLINE_BENCH_GGUF !== undefined,
  scales: scales(),
  say,
});

const date = new Date().toISOString().slice(0, 10);
const only = [...(values.quick ? ["every third"] : []), ...(values.packages === "" ? [] : [values.packages])];
const heading = `Measured on ${date} (${machine()}), ${[`part ${values.part} of the queries`, ...only].join(", ")}.`;
const markdown = `${heading}\n\n${summary}`;
console.log(formatMarkdown(`${markdown}\n\n${details}`));
say(`all figures: ${file}`);
if (values.systems === "" && values.packages === "" && !values.quick) {
  const kept = join(HERE, "results", `search-${values.part}-${date}.md`);
  mkdirSync(join(HERE, "results"), { recursive: true });
  writeFileSync(kept, formatMarkdown(`${markdown}\n\n${details}\n`));
  say(`written: ${kept}`);
}
if (values.readme) writeBlock("bench:search", markdown);
if (verdicts.some(({ verdict }) => verdict === "FAIL")) process.exitCode = 1;

function scales() {
  if (values["no-trees"]) return values.scale ? ["files"] : [];
  return ["small", ...(values.quick ? [] : ["large"]), ...(values.scale ? ["files"] : [])];
}
