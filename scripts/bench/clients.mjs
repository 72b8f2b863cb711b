// Sixteen clients at once, each with a server process of its own, as so many windows of an editor start them.
import { performance } from "node:perf_hooks";
import { Client } from "./client.mjs";
import { AT_ONCE, changing } from "./edits.mjs";

const WARM_UPS = 5;
const MOST_MS = 5_000;

/**
 * Milliseconds from one answer to the next, over all clients together: `{ edit_clients, write_clients }`, each as
 * `measureOperations` gives them. Servers take turns block by block, since all of them at once have no room.
 */
export async function measureClients(servers, { fs, calls, blocks, say }) {
  const able = servers.filter(({ changes }) => changes !== undefined);
  const figures = { edit_clients: {}, write_clients: {} };
  for (const { name } of able) for (const row of Object.values(figures)) row[name] = { ms: [] };
  for (let block = 0; block < blocks; block++) {
    for (const server of able) await measureBlock(server, { fs, calls, figures });
    say(`${AT_ONCE} clients: block ${block + 1} of ${blocks}`);
  }
  return figures;
}

async function measureBlock(server, { fs, calls, figures }) {
  const clients = await Promise.all(Array.from({ length: AT_ONCE }, () => Client.start(server)));
  try {
    const workers = clients.map((client, index) => ({
      work: changing(`${server.name}-${index}`, fs, server.changes),
      call: async (tool, args) => {
        const { result } = await client.request("tools/call", { name: tool, arguments: args });
        if (result.isError) throw new Error(JSON.stringify(result.content).slice(0, 200));
      },
    }));
    for (const [row, operation] of [
      ["edit_clients", "edit_line"],
      ["write_clients", "write_2kb"],
    ]) {
      await runAll(workers, operation, WARM_UPS);
      const began = performance.now();
      const done = await runAll(workers, operation, calls);
      figures[row][server.name].ms.push((performance.now() - began) / done);
    }
  } catch (error) {
    for (const row of Object.values(figures)) row[server.name].error ??= error.message;
  } finally {
    await Promise.all(clients.map((client) => client.stop()));
  }
}

/** How many calls were made: a slow server does not get to all of them. */
async function runAll(workers, operation, calls) {
  const deadline = performance.now() + MOST_MS;
  const made = await Promise.all(
    workers.map(async ({ work, call }) => {
      let count = 0;
      while (count < calls && performance.now() < deadline) {
        await work[operation](call);
        count += 1;
      }
      return count;
    }),
  );
  return made.reduce((sum, count) => sum + count, 0);
}
