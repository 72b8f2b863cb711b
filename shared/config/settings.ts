import { join } from "node:path";
import type * as z from "zod";
import {
  type Flags,
  type Found,
  type Layer,
  type Origin,
  environmentLayer,
  fileLayer,
  flagLayer,
  variableOf,
} from "./layer.ts";
import { type KeyTable, keyTable } from "./leaves.ts";
import { type SettingsValues, settingsSchema } from "./keys.ts";
import { type PersonLayers, mergeLayers } from "./merge-layers.ts";
import type { Environment, Places } from "./places.ts";
import { readProjectFile, readUserFile } from "./read-settings-file.ts";
import { findRoots } from "./roots.ts";

/** Everything that was configured, checked and merged. */
export interface Settings extends Omit<SettingsValues, "roots"> {
  /** Absolute, at least one; the first is the one that relative paths belong to. */
  readonly roots: readonly string[];
  /** Each loaded server's own options, by server. */
  readonly options: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Where each key's value came from, by path; keys not in it have their defaults. */
  readonly origins: ReadonlyMap<string, Origin>;
  /** What the person should know, one line each: the caller writes them to stderr. */
  readonly warnings: readonly string[];
  readonly places: Places;
}

export interface SettingsInput {
  /** By the key's path, such as `http.port`. */
  readonly flags: Flags;
  readonly env: Environment;
  readonly cwd: string;
  readonly places: Places;
  /** The options of all servers there are; `undefined` for one that is not loaded, whose keys pass unchecked. */
  readonly servers?: Readonly<Record<string, z.ZodObject | undefined>>;
}

/**
 * Flags, then environment, then the project's `.plumbline/config.json` (of the first root), then the person's
 * `config.json`, then defaults, within what each key's class allows. Throws `StartupError` in one line.
 */
export async function resolveSettings(input: SettingsInput): Promise<Settings> {
  const loaded = new Map<string, z.ZodObject>();
  const unloaded = new Set<string>();
  for (const [name, options] of Object.entries(input.servers ?? {})) {
    // the hooks server has no options of its own: the section of its name is about every server's hooks
    if (Object.hasOwn(settingsSchema.shape, name)) continue;
    if (options === undefined) unloaded.add(name);
    else loaded.set(name, options);
  }
  const keys = keyTable(settingsSchema.extend(Object.fromEntries(loaded)));

  const own = await personLayers(keys, input, unloaded);
  const given = asRoots(own.flags.get("roots") ?? own.environment.get("roots") ?? own.user.get("roots"));
  const configFile = join(input.places.config, "config.json");
  const found = await findRoots({ given, cwd: input.cwd, home: input.places.home, configFile });
  const project = await projectLayer(keys, found.roots, unloaded);
  const merged = mergeLayers(keys, own, project);

  const { core, options } = split(merged, loaded);
  return {
    ...settingsSchema.parse(core),
    roots: found.roots,
    options: Object.fromEntries(
      [...loaded].map(([name, schema]) => [name, schema.parse(options[name] ?? {})]),
    ),
    origins: new Map([...merged].map(([path, { origin }]) => [path, origin])),
    warnings: [...found.warnings, ...strayVariables(keys, input, unloaded), ...droppedRules(project)],
    places: input.places,
  };
}

async function personLayers(
  keys: KeyTable,
  { flags, env, places }: SettingsInput,
  unloaded: ReadonlySet<string>,
): Promise<PersonLayers> {
  const file = await readUserFile(places.config);
  return {
    flags: flagLayer(keys, flags),
    environment: environmentLayer(keys, env),
    user: file === undefined ? new Map() : fileLayer(keys, { ...file, kind: "user" }, unloaded),
  };
}

async function projectLayer(
  keys: KeyTable,
  roots: readonly string[],
  unloaded: ReadonlySet<string>,
): Promise<Layer> {
  const file = roots[0] === undefined ? undefined : await readProjectFile(roots[0]);
  return file === undefined ? new Map() : fileLayer(keys, { ...file, kind: "project" }, unloaded);
}

function asRoots(found: Found | undefined): readonly string[] | undefined {
  return settingsSchema.shape.roots.parse(found?.value);
}

type Nested = Record<string, unknown>;

/** Back from paths to objects: our own keys, and each server's. */
function split(
  merged: Layer,
  servers: ReadonlyMap<string, unknown>,
): { core: Nested; options: Record<string, Nested> } {
  const core: Nested = {};
  const options: Record<string, Nested> = {};
  for (const [path, { value }] of merged) {
    const [first = "", ...rest] = path.split(".");
    if (servers.has(first)) put((options[first] ??= {}), rest, value);
    else put(core, [first, ...rest], value);
  }
  return { core, options };
}

function put(target: Nested, path: readonly string[], value: unknown): void {
  const [key = "", ...rest] = path;
  if (rest.length === 0) {
    target[key] = value;
    return;
  }
  const below: Nested = {};
  Object.assign(below, target[key]);
  put(below, rest, value);
  target[key] = below;
}

/** Variables of ours that are no keys. */
const OTHER_VARIABLES = [
  "PLUMBLINE_CONFIG_DIR",
  "PLUMBLINE_STATE_DIR",
  "PLUMBLINE_CACHE_DIR",
  "PLUMBLINE_DEBUG",
  // what hooks are given
  "PLUMBLINE_PROJECT_DIR",
  "PLUMBLINE_HOOK_EVENT",
  "PLUMBLINE_TOOL",
  "PLUMBLINE_HOOK_DEPTH",
];

function strayVariables(keys: KeyTable, { env }: SettingsInput, unloaded: ReadonlySet<string>): string[] {
  const known = new Set([...OTHER_VARIABLES, ...[...keys.leaves.keys()].map(variableOf)]);
  const others = [...unloaded].map((server) => `${variableOf(server)}_`);
  return Object.keys(env)
    .filter((name) => name.startsWith("PLUMBLINE_") && !known.has(name))
    .filter((name) => !others.some((prefix) => name.startsWith(prefix)))
    .map((name) => `${name} is set, but there is no such key`);
}

function droppedRules(project: Layer): string[] {
  const found = project.get("rules");
  const dropped = settingsSchema.shape.rules.parse(found?.value).filter((rule) => rule.decision === "allow");
  return dropped.length === 0
    ? []
    : [`${found?.origin.name}: a project cannot allow calls; ${dropped.length} rule(s) left out`];
}
