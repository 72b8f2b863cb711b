import { join } from "node:path";
import type { Client, Entry } from "../../shared/config/clients/clients.ts";
import {
  readClientFile,
  replaceClientFile,
  restoreClientFile,
} from "../../shared/config/clients/client-file.ts";
import { entryFile } from "../../shared/config/entry-file.ts";
import { JsonProblem } from "../../shared/config/parse-json.ts";
import type { Flags } from "../../shared/config/layer.ts";
import type { Settings } from "../../shared/config/settings.ts";
import { StartupError } from "../../shared/errors.ts";
import { loadOrCreateToken } from "../../shared/mcp/auth.ts";
import { clientNamed, entryName, snippet } from "./client-entry.ts";
import { loadSettings } from "./load-settings.ts";
import { expandServers } from "./server-names.ts";
import { flagWords } from "./setting-flags.ts";
import { stderrLog } from "./stderr-log.ts";
import { print } from "./terminal.ts";
import { tryEntry } from "./try-entry.ts";
import { withEntry } from "./with-entry.ts";

export interface ConfigOptions {
  readonly client: string;
  readonly server: string;
  readonly flags: Flags;
  readonly http: boolean;
  readonly write: boolean;
}

/**
 * Prints a client's entry, or writes it: merged into what is there, with a copy of the old file beside it, and
 * proved by starting it. What does not start is taken out again. Throws `StartupError`.
 */
export async function config(options: ConfigOptions): Promise<void> {
  const client = clientNamed(options.client);
  expandServers([options.server]);
  const settings = await loadSettings(options.flags, [], stderrLog);
  const entry = await entryOf(options, settings);
  const { home } = settings.places;
  const project = settings.roots[0] ?? process.cwd();
  const file = client.file({ platform: process.platform, env: process.env, home, project });
  const name = entryName(options.server);
  if (options.write) return write(client, { file, name, entry });
  stderrLog("info", `for ${client.title}, in ${file} (--write does it for you):`);
  print(snippet(client, name, entry));
}

interface Place {
  readonly file: string;
  readonly name: string;
  readonly entry: Entry;
}

async function write(client: Client, { file, name, entry }: Place): Promise<void> {
  const old = await readClientFile(file);
  const text = edited(old.text ?? "", client, { file, name, entry });
  const backup = text === old.text ? undefined : await replaceClientFile(old, text);
  let tools: string[];
  try {
    tools = await tryEntry(entry);
  } catch (error) {
    if (!(error instanceof StartupError)) throw error;
    const restored = text === old.text || (await restoreClientFile(old, text));
    const state = restored
      ? `${file} is as it was before`
      : `${file} was changed by somebody else meanwhile; look at it`;
    throw new StartupError(`the entry does not work: ${error.message}. ${state}`, { cause: error });
  }
  print(text === old.text ? `${file} has "${name}" already.` : `Wrote "${name}" to ${file}`);
  if (backup !== undefined) print(`The old file is kept as ${backup}`);
  if (entry.kind === "http") print("It holds your token: keep that file out of version control.");
  const tried = entry.kind === "http" ? "Asked the address" : `Started it as ${client.title} will`;
  print(`${tried}: ${tools.length} tools (${tools.join(", ")}).`);
  print(`Done. Restart ${client.title}, or reload its MCP servers.`);
}

function edited(text: string, client: Client, { file, name, entry }: Place): string {
  try {
    return withEntry(text, client, { name, entry });
  } catch (error) {
    if (!(error instanceof JsonProblem) && !(error instanceof StartupError)) throw error;
    const place = error instanceof JsonProblem ? `${file}:${error.line}:${error.column}` : file;
    throw new StartupError(
      `${place}: ${error.message}. Nothing was written; add this by hand:\n${snippet(client, name, entry)}`,
    );
  }
}

async function entryOf({ server, http, flags }: ConfigOptions, settings: Settings): Promise<Entry> {
  if (!http) {
    const roots = settings.roots.flatMap((root) => ["--root", root]);
    return {
      kind: "stdio",
      command: process.execPath,
      args: [await entryFile(), "serve", server, ...roots, ...flagWords(flags)],
    };
  }
  const { host, port, token } = settings.http;
  const path = server === "core" || server === "all" ? "/mcp" : `/mcp/${server}`;
  return {
    kind: "http",
    url: `http://${host.includes(":") ? `[${host}]` : host}:${port}${path}`,
    token: token ?? (await loadOrCreateToken(join(settings.places.state, "http-token"))),
  };
}
