import type { Flags } from "../../shared/config/layer.ts";
import { keyTable } from "../../shared/config/leaves.ts";
import { settingsSchema } from "../../shared/config/keys.ts";
import type { Settings } from "../../shared/config/settings.ts";
import { escapeForPerson } from "../../shared/escape-for-person.ts";
import { catalog } from "../catalog.ts";
import { loadSettings } from "./load-settings.ts";
import { stderrLog } from "./stderr-log.ts";
import { print, table } from "./terminal.ts";

/** Prints every setting in force and where it comes from. A token is not shown. */
export async function showConfig({
  flags,
  json,
}: {
  readonly flags: Flags;
  readonly json: boolean;
}): Promise<void> {
  const settings = await loadSettings(flags, Object.keys(catalog), stderrLog);
  const rows = rowsOf(settings);
  if (json)
    print(
      JSON.stringify(
        Object.fromEntries(rows.map(({ path, value, from }) => [path, { value, from }])),
        null,
        2,
      ),
    );
  else
    print(
      table(
        rows.map(({ path, value, from }) => [
          path,
          escapeForPerson(JSON.stringify(value) ?? "-"),
          escapeForPerson(from),
        ]),
      ),
    );
}

function rowsOf(settings: Settings): { path: string; value: unknown; from: string }[] {
  const core = [...keyTable(settingsSchema).leaves.keys()].map((path) => ({
    path,
    value: valueAt(settings, path),
  }));
  const own = Object.entries(settings.options).flatMap(([server, options]) =>
    Object.entries(options).map(([key, value]) => ({ path: `${server}.${key}`, value })),
  );
  return [...core, ...own].map(({ path, value }) => ({
    path,
    value: path === "http.token" && value !== undefined ? "(set)" : value,
    from: settings.origins.get(path)?.name ?? (path === "roots" ? "the working directory" : "default"),
  }));
}

function valueAt(settings: Settings, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>(
      (value, key) => (typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined),
      settings,
    );
}
