import { StartupError } from "../../shared/errors.ts";
import { nearest } from "../../shared/nearest.ts";
import type { Server } from "../../shared/server.ts";
import { catalog, groups } from "../catalog.ts";

/** Servers by name, groups opened up, each once. Throws `StartupError` that names the nearest one. */
export function expandServers(names: readonly string[]): string[] {
  return [...new Set(names.flatMap((name) => groups[name] ?? [known(name)]))];
}

/** Loads one server's value; does not open it. */
export async function loadServer(name: string): Promise<Server> {
  const load = catalog[known(name)];
  if (load === undefined) throw unknown(name);
  return load();
}

function known(name: string): string {
  if (Object.hasOwn(catalog, name)) return name;
  throw unknown(name);
}

function unknown(name: string): StartupError {
  const all = [...Object.keys(catalog), ...Object.keys(groups)];
  const meant = nearest(name, all);
  return new StartupError(
    `there is no server "${name.slice(0, 60)}"; ${meant === undefined ? `there are: ${all.join(", ")}` : `did you mean "${meant}"?`}`,
  );
}
