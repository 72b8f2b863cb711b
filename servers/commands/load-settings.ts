import type * as z from "zod";
import type { Log } from "../../shared/context.ts";
import type { Flags } from "../../shared/config/layer.ts";
import { findPlaces } from "../../shared/config/places.ts";
import { resolveSettings, type Settings } from "../../shared/config/settings.ts";
import { StartupError } from "../../shared/errors.ts";
import { nearest } from "../../shared/nearest.ts";
import type { Server } from "../../shared/server.ts";
import { catalog } from "../catalog.ts";
import { loadServer } from "./server-names.ts";

/**
 * Settings of this process for these servers; only they are loaded. Warnings go to `log`. Throws `StartupError`.
 */
export async function loadSettings(flags: Flags, servers: readonly string[], log: Log): Promise<Settings> {
  const options: Record<string, z.ZodObject | undefined> = {};
  for (const name of Object.keys(catalog)) options[name] = undefined;
  const loaded = await Promise.all(servers.map((name) => loadServer(name)));
  for (const server of loaded) options[server.name] = server.options;
  const settings = await resolveSettings({
    flags,
    env: process.env,
    cwd: process.cwd(),
    places: findPlaces(process.env),
    servers: options,
  });
  for (const warning of settings.warnings) log("warn", warning);
  if (loaded.length > 0 && settings.origins.get("tools")?.kind === "flag") checkTools(settings, loaded);
  return settings;
}

/** A misspelt `--tools` would silently serve less; a file's list may name tools of other servers. */
function checkTools({ tools = [] }: Settings, servers: readonly Server[]): void {
  const names = servers.flatMap((server) => server.tools.map((tool) => tool.name));
  const missing = tools.find((name) => !names.includes(name));
  if (missing === undefined) return;
  const meant = nearest(missing, names);
  throw new StartupError(
    `--tools: there is no tool "${missing}"; ${meant === undefined ? `there are: ${names.join(", ")}` : `did you mean "${meant}"?`}`,
  );
}
