import { execFileSync } from "node:child_process";
import { linkSync, readdirSync, readFileSync, renameSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import search from "../../servers/search/server.ts";
import { served, type Served } from "../support/served.ts";
import { temporary, type Ground } from "../support/workspace.ts";

/** In names, signatures, docs, texts, imports, notes and manifests of what must not be told. */
const HIDDEN = "zqhidden";
const CODE = `// TODO: ${HIDDEN}Note
import { x } from "${HIDDEN}-package";
/** ${HIDDEN} doc. */
export function ${HIDDEN}Open(${HIDDEN}Argument: string): string {
  plainCallee();
  return "${HIDDEN} text";
}
export class ${HIDDEN}Class { hold(): void { plainCallee(); } }
`;
const PLAIN = `export function plainCallee(): void {}
export function plainCaller(): void { ${HIDDEN.slice(0, 2)}Plain(); }
`;
const MANIFEST = JSON.stringify({ dependencies: { [`${HIDDEN}-dependency`]: "1.0.0" } });

/** Every question that could bring it out, asked without its name where that would only come back as an echo. */
const QUESTIONS: readonly (readonly [tool: string, input: Readonly<Record<string, unknown>>])[] = [
  ["search_code", { query: "open text doc hold", limit: 50 }],
  ["search_code", { query: "zqhidde", limit: 50 }],
  ["find_symbol", { name: "zqhid" }],
  ["find_symbol", { name: "hold", body: true }],
  ["find_symbol", { name: "zqhiddenOpem" }],
  ["find_references", { symbol: "hold" }],
  ["find_references", { symbol: "plainCallee" }],
  ["find_references", { symbol: "plainCallee", direction: "callers", depth: 3 }],
  ["find_references", { symbol: "plainCaller", direction: "callees", depth: 3 }],
  ["find_references", { symbol: "zqhiddenOpem" }],
  ["outline", { path: ".", depth: 5 }],
  ["map_repository", {}],
  ["map_repository", { query: "open hold" }],
  ["explore", { query: "open text doc hold" }],
  ["impact", { symbol: "plainCallee" }],
  ["impact", { changes: true }],
  ["list_todos", {}],
  ["list_dependencies", { used: true }],
  ["index_status", {}],
];

async function complete(at: Served): Promise<void> {
  const { text } = await at.call("index_status", { wait: true });
  expect(text).toMatch(/^\[\.: complete/u);
}

async function tellsNothing(at: Served, paths: readonly string[]): Promise<void> {
  const named = paths.flatMap((path): (typeof QUESTIONS)[number][] => [
    ["outline", { path }],
    ["find_references", { symbol: `${path}:4` }],
    ["impact", { symbol: `${path}:4` }],
    ["list_todos", { paths: [path], blame: true }],
    ["search_code", { query: "open", paths: [path] }],
    ["find_symbol", { name: "hold", paths: [path], body: true }],
    ["list_dependencies", { path, used: true }],
    ["map_repository", { path, focus: [path] }],
  ]);
  for (const [tool, input] of [...QUESTIONS, ...named]) {
    const { text, error } = await at.call(tool, input);
    const where = `${tool} ${JSON.stringify(input)}: ${text}`;
    expect(error, where).not.toBe("internal");
    // the question itself may come back
    const told = text.replaceAll("zqhiddenOpem", "");
    expect(told.toLowerCase(), where).not.toContain(HIDDEN);
  }
}

/** Every byte that the server left in the cache. */
function cached({ root }: Ground): string {
  const folder = join(root, "../home/cache/search");
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
  return names.map(({ parentPath, name }) => readFileSync(join(parentPath, name), "latin1")).join("\n");
}

function repository({ root }: Ground): void {
  const git = (...args: string[]): void =>
    void execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], {
      cwd: root,
      stdio: "pipe",
    });
  git("init", "-q");
  git("add", "-A");
  git("commit", "-qm", "one");
}

const SECRETS = [".env", ".env.local", "id_rsa", "deep/server.pem"];

test.each([false, true])(
  "what holds secrets is in no index and in no answer; in a repository: %s",
  { timeout: 120_000 },
  async (isRepository) => {
    await using ground = await temporary({
      ...Object.fromEntries(SECRETS.map((path) => [path, CODE])),
      "src/plain.ts": PLAIN,
      "sub/.env": MANIFEST,
    });
    linkSync(join(ground.root, ".env"), join(ground.root, "src/hard.ts"));
    symlinkSync("../.env", join(ground.root, "src/soft.ts"));
    symlinkSync(".env", join(ground.root, "sub/package.json"));
    if (isRepository) repository(ground);
    await using at = await served(ground);
    await complete(at);
    await tellsNothing(at, [...SECRETS, "src/hard.ts", "src/soft.ts", "sub/package.json"]);
    expect(cached(ground).toLowerCase().includes(HIDDEN)).toBe(false);
  },
);

test(
  "what becomes secret by its new name goes out of the index with its bytes",
  { timeout: 120_000 },
  async () => {
    await using ground = await temporary({ "src/a.ts": CODE, "src/b.ts": PLAIN });
    await using at = await served(ground);
    await complete(at);
    expect((await at.call("find_symbol", { name: "zqhid" })).text).toContain(`${HIDDEN}Open`);
    renameSync(join(ground.root, "src/a.ts"), join(ground.root, ".env"));
    await complete(at);
    await tellsNothing(at, [".env", "src/a.ts"]);
    expect(cached(ground).toLowerCase().includes(HIDDEN)).toBe(false);
  },
);

test(
  "what a rule of the person denies later comes out of no tool, though it is in the index",
  { timeout: 120_000 },
  async () => {
    await using ground = await temporary({
      "closed/a.ts": CODE,
      "closed/package.json": MANIFEST,
      "src/b.ts": PLAIN,
    });
    repository(ground);
    {
      await using at = await served(ground);
      await complete(at);
      expect((await at.call("explore", { query: "open text doc hold" })).text).toContain(`${HIDDEN}Open`);
    }
    await using at = await served(ground, {
      rules: JSON.stringify([{ decision: "deny", tool: "*", path: "closed/**" }]),
    });
    await tellsNothing(at, ["closed/a.ts", "closed/package.json", "closed"]);
  },
);

test("a repository cannot choose where code is sent", async () => {
  await using ground = await temporary({
    "a.ts": PLAIN,
    ".plumbline/config.json": JSON.stringify({
      search: {
        embedder: "endpoint",
        endpointUrl: "http://127.0.0.1:9/v1",
        endpointModel: "m",
        endpointKeyVariable: "HOME",
      },
    }),
  });
  const outcome = await served(ground).then(
    async (at) => {
      const { text } = await at.call("index_status", {});
      await at[Symbol.asyncDispose]();
      return text;
    },
    (error: unknown) => String(error),
  );
  expect(outcome).not.toMatch(/vectors: endpoint/u);
});

test("there is a question for each tool", () => {
  const asked = new Set(QUESTIONS.map(([tool]) => tool));
  expect(search.tools?.map(({ name }) => name).filter((name) => !asked.has(name))).toEqual([]);
});
