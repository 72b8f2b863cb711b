// node scripts/hooks-corpus.mjs FOLDER: reads public hook configurations with our own code and compares with what
// FOLDER/index.json expects of each. The last line is the verdict; warnings are compared, but decide nothing.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { build } from "esbuild";

const SERVER_SIDE = ["PreToolUse", "PostToolUse", "PostToolUseFailure"];
const SHAPES = {
  grouped: "event -> groups -> hooks[]",
  flat: "event -> handlers (no hooks[] level)",
  fragment: "single group outside an event",
};

const folder = process.argv[2];
if (folder === undefined) throw new Error("Name the folder that holds index.json.");
const { parseHooks, compileMatcher } = await ourCode();
const { files } = JSON.parse(await readFile(join(folder, "index.json"), "utf8"));

const disagreements = [];
const codes = { agree: 0, files: [] };
const wrongFiles = new Set();
for (const { file, origin, expected } of files) {
  const text = await readFile(join(folder, file), "utf8");
  const parsed = parseHooks(text, { file: origin.path, own: false });
  const found = describe(parsed, expected);
  for (const [what, value] of Object.entries(found)) {
    if (isDeepStrictEqual(value, expected[what])) continue;
    wrongFiles.add(file);
    disagreements.push({ file, what, expected: short(expected[what]), found: short(value) });
  }
  compareCodes(file, parsed.problems, expected.warnings);
}

if (disagreements.length > 0) console.table(disagreements);
if (codes.files.length > 0) console.table(codes.files);
console.log(`warnings: ${codes.agree} of ${files.length} files have the same set of codes`);
console.log(`${files.length - wrongFiles.size} agree, ${wrongFiles.size} disagree`);
process.exitCode = wrongFiles.size === 0 ? 0 : 1;

/** What the index says of a file, from our reading; only the fields that it has. */
function describe(parsed, expected) {
  const handlers = parsed.events.flatMap(({ event, groups }) =>
    groups.flatMap((group) => group.handlers.map((handler) => ({ ...handler, event }))),
  );
  const isRun = parsed.dialect === "claude" || parsed.dialect === "codex";
  const runnable = handlers.filter(
    ({ event, type }) => SERVER_SIDE.includes(event) && type === "command",
  ).length;
  const all = {
    parse: parsed.parse,
    dialect: parsed.dialect,
    shape: SHAPES[parsed.shape],
    handler_count: handlers.length,
    handlers_by_type: count(handlers.map(({ type }) => type)),
    server_side_runnable: isRun ? runnable : 0,
    would_be_runnable_after_import: runnable,
    events: Object.fromEntries(parsed.events.map((event) => [event.name, describeEvent(event)])),
    probes: Object.fromEntries(
      Object.entries(expected.probes ?? {}).map(([event, names]) => [
        event,
        probe(parsed, event, Object.keys(names)),
      ]),
    ),
  };
  return Object.fromEntries(Object.entries(all).filter(([key]) => Object.hasOwn(expected, key)));
}

function describeEvent({ event, groups }) {
  return {
    normalized: event ?? null,
    groups: groups.length,
    handlers: groups.reduce((sum, group) => sum + group.handlers.length, 0),
    matchers: groups.map(({ matcher }) => ({
      value: matcher ?? null,
      kind: compileMatcher(matcher, event ?? "PreToolUse").kind,
    })),
  };
}

/** How many different handlers each name selects. */
function probe({ events }, name, tools) {
  const groups = events.find((event) => event.name === name)?.groups ?? [];
  return Object.fromEntries(
    tools.map((tool) => {
      const selected = groups
        .filter(({ matcher }) => compileMatcher(matcher, name).test(tool))
        .flatMap(({ handlers }) => handlers);
      return [
        tool,
        new Set(
          selected.map(({ type, command, args, if: rule }) => JSON.stringify([type, command, args, rule])),
        ).size,
      ];
    }),
  );
}

function compareCodes(file, problems, expected) {
  const found = new Set(problems.map(({ code }) => code));
  const missing = expected.filter((code) => !found.has(code));
  const more = [...found].filter((code) => !expected.includes(code));
  if (missing.length === 0 && more.length === 0) codes.agree++;
  else
    codes.files.push({
      file,
      "expected, not found": missing.join(" "),
      "found, not expected": more.join(" "),
    });
}

function count(names) {
  const counts = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

function short(value) {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 160 ? `${text.slice(0, 160)}…` : text;
}

/** Our sources, as this Node can load them. */
async function ourCode() {
  const work = await mkdtemp(join(tmpdir(), "plumbline-hooks-corpus-"));
  try {
    const outfile = join(work, "hooks.mjs");
    await build({
      stdin: {
        contents: `export { parseHooks } from "./hooks/config/parse-hooks.ts"; export { compileMatcher } from "./hooks/match/matcher.ts";`,
        resolveDir: join(import.meta.dirname, ".."),
      },
      outfile,
      bundle: true,
      format: "esm",
      target: "node20",
      platform: "node",
      mainFields: ["module", "main"],
      logLevel: "error",
    });
    return await import(pathToFileURL(outfile).href);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
