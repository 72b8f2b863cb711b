import { type Command, Option } from "commander";
import * as z from "zod";
import type { Flags } from "../../shared/config/layer.ts";
import { type Leaf, keyTable, unwrap } from "../../shared/config/leaves.ts";
import { settingsSchema } from "../../shared/config/keys.ts";

const keys = keyTable(settingsSchema).leaves;

/** Flags of `serve` that only mean something with `--http`, by key. */
export const HTTP_KEYS = [...keys.keys()].filter((path) => path.startsWith("http."));

/** Adds the flags of these keys (those that have one; of all but HTTP's when left out). */
export function addSettingFlags(
  command: Command,
  paths: readonly string[] = [...keys.keys()].filter((path) => !HTTP_KEYS.includes(path)),
): Command {
  for (const path of paths) {
    const leaf = keys.get(path);
    if (leaf?.rule?.flag !== undefined) command.addOption(optionOf(leaf, leaf.rule.flag));
  }
  return command;
}

/** Adds `--<server>-<key>` for a server's own options. */
export function addServerFlags(command: Command, server: string, options: z.ZodObject): void {
  for (const [path, leaf] of keyTable(z.object({ [server]: options })).leaves)
    command.addOption(
      optionOf(leaf, `--${path.replaceAll(".", "-").replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`),
    );
}

/** What commander parsed, by key instead of by flag. */
export function flagsOf(
  parsed: Readonly<Record<string, unknown>>,
  servers: Readonly<Record<string, z.ZodObject>> = {},
): Flags {
  const flags: Record<string, string | boolean | readonly string[]> = {};
  const all = new Map([...keys, ...keyTable(z.object(servers)).leaves]);
  for (const [path, leaf] of all) {
    const name = leaf.rule?.flag ?? `--${path.replaceAll(".", "-")}`;
    const value = parsed[attributeOf(name)];
    // commander turns --no-x into x: false, and into x: true when nobody wrote it
    if (name.startsWith("--no-") && value === true) continue;
    if (typeof value === "string" || typeof value === "boolean") flags[path] = value;
    else if (Array.isArray(value)) flags[path] = value.map(String);
  }
  return flags;
}

const SPLIT = new Set(["tools", "http.allowedHosts"]);

/** The words of a command line that give these flags again, without those of HTTP and the roots. */
export function flagWords(flags: Flags): string[] {
  return Object.entries(flags).flatMap(([path, value]) => {
    const flag = keys.get(path)?.rule?.flag;
    if (flag === undefined || value === undefined || path === "roots" || HTTP_KEYS.includes(path)) return [];
    if (typeof value === "boolean") return value === flag.startsWith("--no-") ? [] : [flag];
    return [value].flat().flatMap((text) => [flag, text]);
  });
}

function optionOf(leaf: Leaf, flag: string): Option {
  const inner = unwrap(leaf.schema);
  const about =
    z.globalRegistry.get(inner)?.description ?? z.globalRegistry.get(leaf.schema)?.description ?? "";
  if (inner instanceof z.ZodBoolean) return new Option(flag, about);
  if (!(inner instanceof z.ZodArray)) return new Option(`${flag} <${valueName(leaf.path)}>`, about);
  const list = new Option(`${flag} <${valueName(leaf.path)}>`, `${about} (repeatable)`);
  // A folder or a glob may hold a comma.
  const split = (text: string): string[] => (SPLIT.has(leaf.path) ? text.split(",") : [text]);
  return list.argParser<string[]>((text, sofar) => [...(sofar ?? []), ...split(text)]);
}

function valueName(path: string): string {
  const names: Readonly<Record<string, string>> = {
    roots: "dir",
    tools: "a,b",
    ask: "elicit|host|deny",
    allowSecrets: "glob",
    protect: "glob",
    "hooks.importClaude": "never|auto|always",
    "hooks.trusted": "hash",
    "http.port": "number",
    "http.allowedHosts": "name",
  };
  return names[path] ?? path.slice(path.lastIndexOf(".") + 1);
}

/** As commander names it: `--read-only` is `readOnly`, `--no-fsync` is `fsync`. */
function attributeOf(flag: string): string {
  return flag.replace(/^--(no-)?/, "").replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
