// All servers are up at once and take turns call by call, so that a drift of the machine hits all alike.
import { performance } from "node:perf_hooks";
import { Client } from "./client.mjs";
import { OPERATIONS, limits, whatIsMissing } from "./operations.mjs";

const WARM_UPS = 20;
/** A slow entry stops early, but never before this many calls. */
const FEWEST_CALLS = 4;

/** Figures of starting each server `times` times: `{ [name]: { startMs, listMs, rssMiB, listBytes, listTokens, tools } }`. */
export async function measureStarts(servers, { times, say }) {
  const figures = Object.fromEntries(
    servers.map(({ name }) => [name, { startMs: [], listMs: [], rssMiB: [] }]),
  );
  for (let round = 0; round <= times; round++) {
    for (const server of servers) {
      const client = await Client.start(server);
      const began = performance.now();
      const { result, bytes, at } = await client.request("tools/list", {});
      const figure = figures[server.name];
      // The first round warms the page cache.
      if (round > 0) {
        figure.listMs.push(at - began);
        figure.startMs.push(client.startMs);
        figure.rssMiB.push(client.rssMiB());
      }
      const listTokens = Math.ceil(JSON.stringify(result.tools).length / 4);
      Object.assign(figure, { listBytes: bytes, listTokens, tools: result.tools.length });
      await client.stop();
    }
    say(`starts: round ${round} of ${times}`);
  }
  return figures;
}

/** Figures of every operation: `{ [operation]: { [name]: { ms: number[], bytes, calls } | { error } } }`. */
export async function measureOperations(servers, { fs, calls, budgetMs, say }) {
  const clients = new Map();
  try {
    for (const server of servers) clients.set(server.name, await Client.start(server));
    const workers = [...servers.map((server) => asker(server, clients.get(server.name))), ...plain(fs)];
    const figures = {};
    for (const operation of Object.keys(OPERATIONS).filter((each) => !OPERATIONS[each].apart)) {
      const able = workers.filter(({ work }) => work[operation] !== undefined);
      figures[operation] = await takeTurns(operation, able, { calls, budgetMs });
      say(`${operation}: ${able.map(({ name }) => name).join(", ")}`);
    }
    return figures;
  } finally {
    await Promise.all([...clients.values()].map((client) => client.stop()));
  }
}

function asker({ name, work }, client) {
  const run = (operation) => async () => {
    const texts = [];
    let bytes = 0;
    let at = 0;
    await work[operation](async (tool, args) => {
      const answer = await client.request("tools/call", { name: tool, arguments: args });
      const text = textOf(answer.result);
      bytes += answer.bytes;
      at = answer.at;
      texts.push(text);
      if (answer.result.isError) throw new Error(text.slice(0, 200));
      return text;
    });
    return { text: texts.join("\n"), bytes, at, calls: texts.length };
  };
  return {
    name,
    work: Object.fromEntries(Object.keys(work).map((operation) => [operation, run(operation)])),
  };
}

function plain(fs) {
  return Object.entries(limits(fs)).map(([name, work]) => {
    const run = (operation) => async () => {
      const text = await work[operation]();
      return { text, at: performance.now(), bytes: Buffer.byteLength(text), calls: 1 };
    };
    return {
      name,
      work: Object.fromEntries(Object.keys(work).map((operation) => [operation, run(operation)])),
    };
  });
}

function textOf({ content = [], structuredContent }) {
  const parts = content.map((part) => part.text ?? part.data ?? part.resource?.text ?? "");
  return [...parts, ...(structuredContent === undefined ? [] : [JSON.stringify(structuredContent)])].join(
    "\n",
  );
}

async function takeTurns(operation, workers, { calls, budgetMs }) {
  const figures = Object.fromEntries(workers.map(({ name }) => [name, { ms: [], spent: 0 }]));
  for (let round = 0; round < calls + WARM_UPS; round++) {
    for (const { name, work } of workers) {
      const figure = figures[name];
      if (figure.error !== undefined || isDone(figure, budgetMs)) continue;
      const { ms, ...answer } = await timed(operation, work[operation]);
      figure.ms.push(ms);
      figure.spent += ms;
      Object.assign(figure, answer);
    }
  }
  // Code that is used for the first times is slow everywhere; a slow entry gives up a part of its calls for that.
  for (const figure of Object.values(figures)) figure.ms.splice(0, Math.min(WARM_UPS, figure.ms.length >> 1));
  return figures;
}

function isDone({ ms, spent }, budgetMs) {
  return spent > budgetMs && ms.length >= 2 * FEWEST_CALLS;
}

async function timed(operation, work) {
  const began = performance.now();
  try {
    const { text, at, bytes, calls } = await work();
    const ms = at - began;
    const missing = whatIsMissing(operation, text);
    return missing === undefined ? { ms, bytes, calls } : { ms, error: `incomplete: ${missing}` };
  } catch (error) {
    return { ms: performance.now() - began, error: error.message };
  }
}
