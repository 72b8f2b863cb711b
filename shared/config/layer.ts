import * as z from "zod";
import { StartupError } from "../errors.ts";
import { nearest } from "../nearest.ts";
import type { KeyTable, Leaf } from "./leaves.ts";
import type { Environment } from "./places.ts";
import type { SettingsFile } from "./read-settings-file.ts";
import { shown } from "./shown.ts";
import { textValue } from "./text-value.ts";

/** Where a value came from; `name` is the flag, the variable or the file. */
export interface Origin {
  readonly kind: "flag" | "environment" | "project" | "user" | "default";
  readonly name: string;
}

export interface Found {
  readonly value: unknown;
  readonly origin: Origin;
}

/** Values by path from one place: checked, and as they were given. */
export type Layer = ReadonlyMap<string, Found>;

/** Flags as the command line gave them, by the key's path: text still has to be read. */
export type Flags = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** `PLUMBLINE_HTTP_PORT` for `http.port`; the roots have the short name `PLUMBLINE_ROOT`. */
export function variableOf(path: string): string {
  if (path === "roots") return "PLUMBLINE_ROOT";
  return `PLUMBLINE_${path.replaceAll(".", "_").replace(/[A-Z]/g, "_$&").replaceAll("-", "_").toUpperCase()}`;
}

/** Values of flags. Throws `StartupError` that names the flag and what it expects. */
export function flagLayer(keys: KeyTable, flags: Flags): Layer {
  const values = new Map<string, Found>();
  for (const [path, given] of Object.entries(flags)) {
    const leaf = keys.leaves.get(path);
    if (leaf === undefined || given === undefined) continue;
    const origin: Origin = { kind: "flag", name: leaf.rule?.flag ?? `--${kebab(path)}` };
    const value = typeof given === "string" ? textValue(leaf, given) : given;
    values.set(path, { value: check(leaf, value, origin.name), origin });
  }
  return values;
}

/** Values of `PLUMBLINE_*` variables; an empty one counts as not set. */
export function environmentLayer(keys: KeyTable, env: Environment): Layer {
  const values = new Map<string, Found>();
  for (const leaf of keys.leaves.values()) {
    const name = variableOf(leaf.path);
    const text = env[name];
    if (text === undefined || text === "") continue;
    values.set(leaf.path, {
      value: check(leaf, textValue(leaf, text), name),
      origin: { kind: "environment", name },
    });
  }
  return values;
}

export interface FileSource extends SettingsFile {
  readonly kind: "project" | "user";
}

/**
 * Values of a file. Throws `StartupError` that names the file, the key and what is expected; also for a project's
 * file that sets what only a person may set.
 */
export function fileLayer(
  keys: KeyTable,
  source: FileSource,
  unloaded: ReadonlySet<string> = new Set(),
): Layer {
  const values = new Map<string, Found>();
  const origin: Origin = { kind: source.kind, name: source.file };
  const visit = (object: unknown, prefix: string): void => {
    if (typeof object !== "object" || object === null || Array.isArray(object))
      throw new StartupError(`${source.file}: ${quote(prefix)} expected an object`);
    for (const [key, value] of Object.entries(object)) {
      const path = prefix === "" ? key : `${prefix}.${key}`;
      const leaf = keys.leaves.get(path);
      if (path === "$schema" || unloaded.has(path)) continue;
      if (leaf === undefined && keys.groups.has(path)) visit(value, path);
      else if (leaf === undefined) throw unknownKey(keys, source.file, path);
      else values.set(path, { value: checkFrom(source, leaf, value), origin });
    }
  };
  visit(source.value, "");
  return values;
}

function checkFrom(source: FileSource, leaf: Leaf, value: unknown): unknown {
  if (source.kind === "project" && leaf.rule?.who === "person") {
    const how = [leaf.rule.flag, variableOf(leaf.path), "your own configuration file"]
      .filter(Boolean)
      .join(", ");
    throw new StartupError(
      `${source.file}: ${quote(leaf.path)} is for you alone to set, not for a project: use ${how}`,
    );
  }
  return check(leaf, value, `${source.file}: ${quote(leaf.path)}`);
}

function check(leaf: Leaf, value: unknown, where: string): unknown {
  const parsed = z.safeParse(leaf.schema, value);
  if (parsed.success) return value;
  const issue = parsed.error.issues[0];
  const below = (issue?.path ?? []).map((step) =>
    typeof step === "number" ? `[${step}]` : `.${String(step)}`,
  );
  const message = shown(issue?.message ?? "is not valid").replace(/^Invalid (?:input|option): /, "");
  throw new StartupError(`${where}${below.length === 0 ? "" : ` at ${below.join("")}`}: ${message}`);
}

function unknownKey(keys: KeyTable, file: string, path: string): StartupError {
  const meant = nearest(path, [...keys.leaves.keys(), ...keys.groups]);
  return new StartupError(
    `${file}: ${quote(path)} is not a key${meant === undefined ? "" : `, did you mean "${meant}"?`}`,
  );
}

function kebab(path: string): string {
  return path.replaceAll(".", "-").replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function quote(path: string): string {
  return `"${shown(path, 80)}"`;
}
