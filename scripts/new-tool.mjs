// npm run new-tool -- SERVER NAME: a tool that compiles and its test, joined to the server's list.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const ROOT = join(import.meta.dirname, "..");
const [server = "", name = ""] = process.argv.slice(2);
const file = name.replaceAll("_", "-");
const variable = name.replaceAll(/_(.)/gu, (_, letter) => letter.toUpperCase());
const title = `${name[0]?.toUpperCase()}${name.slice(1).replaceAll("_", " ")}`;
const paths = {
  list: `servers/${server}/server.ts`,
  tool: `servers/${server}/tools/${file}.ts`,
  test: `test/${server}/${file}.test.ts`,
};

const problem = findProblem();
if (problem !== undefined) {
  console.error(`${problem}\nUsage: npm run new-tool -- filesystem rename_thing`);
  process.exit(2);
}
const list = joinList(readFileSync(join(ROOT, paths.list), "utf8"));
write(paths.tool, toolSource());
write(paths.test, testSource());
write(paths.list, list);
execFileSync(process.execPath, [join(ROOT, "node_modules/oxfmt/bin/oxfmt"), ...Object.values(paths)], {
  cwd: ROOT,
  stdio: "ignore",
});
console.log(`Made ${paths.tool} and ${paths.test}, listed in ${paths.list}.
Next:
  1. Write what it does in ${paths.tool}: description, effect, reach, input, run, render.
     A tool with a path or a command also says what it touches: \`touches: ({ path }) => ({ paths: [path] })\`.
  2. Write what it promises in ${paths.test}, then: npx vitest run test/${server} test/contract -u
  3. npm run docs && npm run check`);

function findProblem() {
  if (!/^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/u.test(name)) return `"${name}" is no name in snake_case.`;
  if (name.length > 40) return `"${name}" has ${name.length} characters; a name has 40 at most.`;
  if (!/^[a-z]+$/u.test(server) || !existsSync(join(ROOT, paths.list)))
    return `There is no server "${server}".`;
  const taken = [paths.tool, paths.test].find((path) => existsSync(join(ROOT, path)));
  return taken === undefined ? undefined : `${taken} is there already.`;
}

/** The server's source with the tool imported and listed last. */
function joinList(source) {
  const imported = `import ${variable} from "./tools/${file}.ts";\n${source}`;
  const listed = imported.replace(/(\btools: \[[^\]]*?),?\s*\]/u, `$1, ${variable}]`);
  if (listed === imported) throw new Error(`${paths.list} has no list of tools`);
  return listed.replace("tools: [, ", "tools: [");
}

function write(path, text) {
  mkdirSync(dirname(join(ROOT, path)), { recursive: true });
  writeFileSync(join(ROOT, path), text);
}

function toolSource() {
  return `import * as z from "zod";
import { tool } from "../deps.ts";

export default tool({
  name: "${name}",
  title: "${title}",
  description: "What it does, in one sentence. When to use it, and when not.",
  effect: "read",
  reach: "local",
  input: z.strictObject({
    query: z.string().min(1).describe("What it is asked."),
  }),

  async run({ query }) {
    return { query };
  },

  render: ({ query }) => query,
});
`;
}

function testSource() {
  return `import { expect, test } from "vitest";
import ${variable} from "../../servers/${server}/tools/${file}.ts";

test("wants to be asked something", () => {
  expect(${variable}.input.safeParse({ query: "" }).success).toBe(false);
});

test("shows what it was asked", () => {
  expect(${variable}.render({ query: "one" })).toBe("one");
});
`;
}
