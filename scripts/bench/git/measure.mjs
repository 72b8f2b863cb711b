// Calls one by one and many at once, in small blocks by turns, so that a drift of the machine hits all alike.
import { performance } from "node:perf_hooks";
import { Client } from "../client.mjs";
import { p50 } from "../figures.mjs";
import { GitItself } from "./git-itself.mjs";
import { AT_ONCE, whatIsMissing } from "./operations.mjs";
import { gitItself } from "./servers.mjs";

/** Calls of one contender before it is another's turn. */
const TURN = 4;
const WARM_UPS = 20;

/**
 * `{ [operation]: { [name]: { ms, bytes, calls, atOnce: { ms, rates, error? } } | { error } } }`: milliseconds of each call
 * alone, and of each among sixteen with the calls a second of each block.
 */
export async function measureOperations(servers, { operations, places, env, effort, say }) {
  const git = new GitItself(env);
  const clients = [git];
  try {
    const workers = [];
    for (const server of servers) {
      const client = await Client.start(server);
      clients.push(client);
      workers.push({ ...server, call: asker(client) });
    }
    workers.push({ ...gitItself(places, env), call: (cwd, args) => git.call(cwd, args) });
    const figures = {};
    for (const operation of operations) {
      const able = workers.filter(({ work }) => work[operation] !== undefined);
      figures[operation] = await measureOperation(operation, able, effort);
      say(`${operation}: ${able.map(({ name }) => told(name, figures[operation][name])).join(", ")}`);
    }
    return figures;
  } finally {
    await Promise.all(clients.map((client) => client.stop()));
  }
}

function told(name, figure) {
  return `${name} ${figure.error === undefined ? `${p50(figure).toFixed(1)} ms` : "failed"}`;
}

/** Calls a tool; the time ends before the answer is parsed. */
function asker(client) {
  return async (tool, args) => {
    const began = performance.now();
    const { result, bytes, at } = await client.request("tools/call", { name: tool, arguments: args });
    const text = [
      ...(result.content ?? []).map((part) => part.text ?? part.resource?.text ?? ""),
      ...(result.structuredContent === undefined ? [] : [JSON.stringify(result.structuredContent)]),
    ].join("\n");
    if (result.isError) throw new Error(text.slice(0, 200));
    return { text, bytes, ms: at - began };
  };
}

async function measureOperation(operation, workers, effort) {
  const figures = Object.fromEntries(workers.map(({ name }) => [name, { ms: [] }]));
  await inTurns(operation, workers, { figures, calls: WARM_UPS, budgetMs: effort.budgetMs / 8 });
  for (const figure of Object.values(figures)) figure.ms = [];
  await inTurns(operation, workers, { figures, ...effort });
  for (const figure of Object.values(figures)) figure.atOnce = { ms: [], rates: [] };
  for (let block = 0; block < effort.blocks; block++) {
    for (const { name, ...worker } of turned(workers, block)) {
      const { error, atOnce } = figures[name];
      if ((error ?? atOnce.error) === undefined) await runBlock(operation, worker, figures[name], effort);
    }
  }
  return figures;
}

/** All stop together, so that each has seen the same hours of the machine; never before three turns. */
async function inTurns(operation, workers, { figures, calls, budgetMs }) {
  const until = performance.now() + budgetMs * workers.length;
  for (let turn = 0; turn * TURN < calls && (turn < 3 || performance.now() < until); turn++) {
    for (const { name, ...worker } of turned(workers, turn)) {
      const figure = figures[name];
      for (let each = 0; each < TURN && figure.error === undefined; each++) {
        const { ms, ...answer } = await once(operation, worker, 0);
        figure.ms.push(ms);
        Object.assign(figure, answer);
      }
    }
  }
}

/** Nobody always comes after the same neighbour, who may leave the machine busy. */
function turned(workers, turn) {
  const first = turn % workers.length;
  return [...workers.slice(first), ...workers.slice(0, first)];
}

async function runBlock(operation, worker, figure, { blockMs }) {
  const wanted = Math.floor(blockMs / p50(figure) / AT_ONCE) * AT_ONCE;
  let left = Math.min(Math.max(wanted, AT_ONCE), 16 * AT_ONCE);
  const calls = left;
  const began = performance.now();
  const slots = Array.from({ length: AT_ONCE }, async (_, slot) => {
    while (left > 0 && figure.atOnce.error === undefined) {
      left -= 1;
      const { ms, error } = await once(operation, worker, slot);
      figure.atOnce.ms.push(ms);
      if (error !== undefined) figure.atOnce.error = error;
    }
  });
  await Promise.all(slots);
  figure.atOnce.rates.push((1_000 * calls) / (performance.now() - began));
}

async function once(operation, { work, call }, slot) {
  const texts = [];
  let [bytes, ms] = [0, 0];
  try {
    await work[operation](async (tool, args) => {
      const answer = await call(tool, args);
      texts.push(answer.text);
      bytes += answer.bytes;
      ms += answer.ms;
    }, slot);
  } catch (error) {
    return { ms, error: error.message };
  }
  const missing = whatIsMissing(operation, texts.join("\n"));
  return {
    ms,
    bytes,
    calls: texts.length,
    ...(missing === undefined ? {} : { error: `incomplete: ${missing}` }),
  };
}
