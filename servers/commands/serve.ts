import { StartupError } from "../../shared/errors.ts";
import type { Flags } from "../../shared/config/layer.ts";
import { Scope } from "../../shared/scope.ts";
import { openSuite, serveHttp, serveStdio } from "../serve.ts";
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
  await (options.http ? serveHttp(suite) : serveStdio(suite));
}
