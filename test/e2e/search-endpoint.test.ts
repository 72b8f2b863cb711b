import { readdir, readFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { fixtureProject, type FixtureProject } from "../support/fixture-project.ts";
import { jsonServer } from "../support/json-server.ts";
import { searchServer, type SearchServer } from "../support/search-server.ts";

const KEY = "sk-nobody-may-ever-read-this";
const QUESTION = { query: "remove sessions whose time is over" };
const FILES = {
  "src/session.ts":
    "/** Removes sessions whose time is over. */\nexport function sweepExpired(now: number): number {\n  return now;\n}\n",
  "tools/price.py": 'def total_price(items):\n    """Sums what a basket costs."""\n    return sum(items)\n',
};

interface Heard {
  readonly input: readonly string[];
  readonly authorization: string | undefined;
}

type Reply = (heard: Heard, response: ServerResponse) => void;

/** A real endpoint, and what it was sent. */
async function endpoint(reply: Reply) {
  const heard: Heard[] = [];
  const server = await jsonServer<Pick<Heard, "input">>(({ headers }, { input }, response) => {
    const said = { input, authorization: headers.authorization };
    heard.push(said);
    reply(said, response);
  });
  return { ...server, url: `${server.url}/v1`, heard };
}

function serve(project: FixtureProject, url: string): Promise<SearchServer> {
  const flags = ["--search-embedder", "endpoint", "--search-endpoint-url", url];
  const more = ["--search-endpoint-model", "m", "--search-endpoint-key-variable", "EMBEDDING_KEY"];
  return searchServer(project, { flags: [...flags, ...more], env: { EMBEDDING_KEY: KEY } });
}

/** `length` numbers a text. */
function vectors({ input }: Heard, response: ServerResponse, length = 3): void {
  const embedding = Array.from({ length }, (_, at) => at + 1);
  response.end(JSON.stringify({ data: input.map(() => ({ embedding })) }));
}

/** Asks until the first line fits; every answer on the way has the result. */
async function asked(server: SearchServer, fits: RegExp): Promise<string> {
  for (const until = Date.now() + 40_000; ;) {
    const { header, text: answer } = await server.ask("search_code", QUESTION);
    expect(answer).toContain("src/session.ts:1");
    if (fits.test(header)) return header;
    if (Date.now() > until) throw new Error(`still: ${header}`);
  }
}

/** Every file that the servers of a project left. */
async function left({ root }: FixtureProject): Promise<string> {
  const base = dirname(root);
  const names = await readdir(base, { recursive: true, withFileTypes: true });
  const files = names.filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name));
  return (await Promise.all(files.map((file) => readFile(file, "latin1")))).join("\n");
}

test("a redirection is not followed: neither code nor key goes to another address", async () => {
  await using other = await endpoint(vectors);
  await using first = await endpoint((_, response) =>
    response.writeHead(307, { location: `${other.url}/embeddings` }).end(),
  );
  await using project = await fixtureProject(FILES);
  await using server = await serve(project, first.url);
  await asked(server, /; ranked without the model: the embedding endpoint answered 307[;\]]/u);
  expect(first.heard[0]?.authorization).toBe(`Bearer ${KEY}`);
  expect(other.heard).toEqual([]);
}, 60_000);

test("the key is in no answer, log, audit or file, also when the endpoint repeats it", async () => {
  await using refusing = await endpoint(({ authorization }, response) =>
    response.writeHead(401).end(`no such key: ${authorization}`),
  );
  await using project = await fixtureProject(FILES);
  await using server = await serve(project, refusing.url);
  await asked(server, /; ranked without the model: the embedding endpoint answered 401[;\]]/u);
  const answers = [
    await server.ask("search_code", QUESTION),
    await server.ask("index_status"),
    await server.ask("explore", QUESTION),
  ];
  const log = await server.end();
  // it is told what the endpoint said
  expect(log).toContain("no such key");
  for (const said of [log, await left(project), ...answers.map((each) => each.text)])
    expect(said).not.toContain(KEY);
}, 60_000);

const BAD: readonly (readonly [string, Reply, RegExp])[] = [
  ["is silent", () => {}, /ranked without the model: it did not answer within 5 s/u],
  [
    "begins to answer and stops",
    (_, response) => void response.writeHead(200).write('{"data": ['),
    /ranked without the model: it did not answer within 5 s/u,
  ],
  [
    "says something else",
    (_, response) => void response.end("<html>"),
    /answered something else than vectors/u,
  ],
  ["hangs up", (_, response) => void response.destroy(), /does not answer/u],
];

test.each(BAD)(
  "an endpoint that %s: answers come without it, in time, and say so",
  async (_what, reply, says) => {
    await using bad = await endpoint(reply);
    await using project = await fixtureProject(FILES);
    await using server = await serve(project, bad.url);
    await server.ask("index_status", { wait: true });
    const began = performance.now();
    await asked(server, says);
    expect(performance.now() - began).toBeLessThan(20_000);
    // it is left alone for a while then
    const again = performance.now();
    expect((await server.ask("search_code", QUESTION)).header).toMatch(says);
    expect(performance.now() - again).toBeLessThan(3_000);
  },
  60_000,
);

test("vectors of another length than before are used for nothing", async () => {
  await using changing = await endpoint((heard, response) =>
    vectors(heard, response, heard.input.includes("code") ? 3 : 4),
  );
  await using project = await fixtureProject(FILES);
  await using server = await serve(project, changing.url);
  expect(
    await asked(server, /ranked without the model: [^;\]]* answered something else than vectors/u),
  ).toMatch(/^\[/u);
}, 60_000);

test("an endpoint that works is asked for every part once, and for each question", async () => {
  await using good = await endpoint(vectors);
  await using project = await fixtureProject(FILES);
  {
    await using server = await serve(project, good.url);
    await asked(server, /; 2 files indexed\]$/u);
    await expect
      .poll(async () => (await server.ask("search_code", { query: "zebra" })).text, { timeout: 20_000 })
      .toContain("src/session.ts");
  }
  const parts = good.heard.flatMap(({ input }) => input).filter((each) => each.includes("\n"));
  expect(parts.toSorted()).toEqual([...new Set(parts)].toSorted());
  expect(parts).toHaveLength(2);
}, 60_000);
