import type * as z from "zod";
import type { Log } from "../../shared/context.ts";
import type { Flags } from "../../shared/config/layer.ts";
import { findPlaces } from "../../shared/config/places.ts";
import { resolveSettings, type Settings } from "../../shared/config/settings.ts";
import { catalog } from "../catalog.ts";
import { loadServer } from "./server-names.ts";

/**
 * Settings of this process for these servers; only they are loaded. Warnings go to `log`. Throws `StartupError`.
 */
export async function loadSettings(flags: Flags, servers: readonly string[], log: Log): Promise<Settings> {
  const options: Record<string, z.ZodObject | undefined> = {};
  for (const name of Object.keys(catalog))
    options[name] = servers.includes(name) ? (await loadServer(name)).options : undefined;
  const settings = await resolveSettings({
    flags,
    env: process.env,
    cwd: process.cwd(),
    places: findPlaces(process.env),
    servers: options,
  });
  for (const warning of settings.warnings) log("warn", warning);
  return settings;
}
