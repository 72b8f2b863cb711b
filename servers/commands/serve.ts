import { StartupError } from "../../shared/errors.ts";
import type { Flags } from "../../shared/config/layer.ts";
import { Scope } from "../../shared/scope.ts";
import { clients, type Entry } from "../../shared/config/clients/clients.ts";
import { type HttpAddress, openSuite, serveHttp, serveStdio } from "../serve.ts";
import { snippet } from "./client-entry.ts";
import { loadSettings } from "./load-settings.ts";
import { expandServers } from "./server-names.ts";
import { HTTP_KEYS } from "./setting-flags.ts";
import { stderrLog } from "./stderr-log.ts";

/** Serves until the client is gone (stdio) or a signal comes (HTTP). */
export async function serve(
  names: readonly string[],
  flags: Flags,
  options: { readonly http: boolean },
): Promise<void> {
  const stray = HTTP_KEYS.find((path) => flags[path] !== undefined);
  if (!options.http && stray !== undefined)
    throw new StartupError(`--${stray.slice("http.".length)} is about HTTP: add --http`);
  const servers = expandServers(names);
  const settings = await loadSettings(flags, servers, stderrLog);
  const suite = await openSuite({ settings, servers, scope: new Scope(), log: stderrLog });
  if (!options.http) return serveStdio(suite);
  tellClients(await serveHttp(suite));
  await stopped();
  await suite.scope.close();
}

/** Where it is served and what to paste into each client; on stderr, since the token is in it. */
function tellClients({ url, token, tokenFile }: HttpAddress): void {
  const entry: Entry = { kind: "http", url: `${url}/mcp`, token };
  const lines = [
    `Serving at ${entry.url} (one server alone: ${entry.url}/<server>).`,
    tokenFile === undefined ? "The token is the one that you gave." : `The token lies in ${tokenFile}`,
    "To paste into a client, or let it be written by: plumbline config <client> --http --write",
    ...Object.values(clients).flatMap((client) => {
      if (typeof client.shape(entry) === "string") return [];
      const lines = snippet(client, "plumbline", entry).split("\n");
      const text =
        client.format === "json" ? lines.map((line) => line.trim()).join(" ") : lines.join("\n    ");
      return [`  ${client.title}:`, `    ${text}`];
    }),
  ];
  process.stderr.write(`${lines.join("\n")}\n`);
}

function stopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => resolve());
  });
}
