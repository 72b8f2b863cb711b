import * as z from "zod";
import type { Endpoint } from "../../shared/call.ts";
import { worstEffect } from "../../shared/tool.ts";
import { INSIDE } from "./links.ts";
import { SECRET } from "./workspace.ts";

export type Input = Record<string, unknown>;

/** Arguments that name a place, by declaration: a tool that takes one joins the attacks by itself. */
const PATH_ARGUMENTS = ["path", "paths", "focus", "symbol", "target", "from", "to", "uri", "patch"];
/** Of these servers' tools, revisions. */
const REVISIONS = ["from", "to"];
const WITH_REVISIONS = ["git", "search"];
/** Switches that another argument excludes. */
const EXCLUDED: Readonly<Record<string, string>> = { symbol: "changes" };
/** Values for other arguments that a tool may need: such that as much as possible would be shown. */
const VALUES: Input = { pattern: ".", globs: ["**"], depth: 5, context: 3 };
/** The same where a tool cannot do without. */
const NEEDED: Input = { query: "what is inside", name: "e", symbol: "e" };
/** What a tool that got outside would leave there; also good base64. */
export const DAMAGE = "DAMAGING";
/** The same for what a tool that writes may need: such that as much as possible would be destroyed. */
const DAMAGING: Readonly<Record<string, readonly unknown[]>> = {
  content: [DAMAGE],
  edits: [SECRET, INSIDE].map((oldText) => [{ oldText, newText: DAMAGE }]),
};
/** Switches with which nothing would be destroyed. */
const HARMLESS = ["dryRun"];
/** What moves from and to an attacked place: has to be there, and has to be free. */
export const FILLERS: Readonly<Record<string, string>> = { from: "filler-from.txt", to: "filler-to.txt" };

export function takesPath({ tool }: Endpoint): boolean {
  return pathArguments(tool).length > 0;
}

/**
 * True for a tool that may change the places it is given. Git's are not among them: what they change is foreseen, by
 * versions and not by arguments, and has tables of its own.
 */
export function writesPaths(endpoint: Endpoint): boolean {
  return takesPath(endpoint) && !onlyReads(endpoint) && endpoint.tool.server !== "git";
}

function pathArguments({ server, input }: Endpoint["tool"]): string[] {
  return PATH_ARGUMENTS.filter(
    (argument) =>
      argument in input.shape && !(WITH_REVISIONS.includes(server) && REVISIONS.includes(argument)),
  );
}

/** True for a tool that only ever reads. */
export function onlyReads({ tool }: Endpoint): boolean {
  return worstEffect(tool.effect) === "read";
}

/** The path in each argument that takes one, with every value of each choice, and with all switches on. */
export function showingInputs({ tool }: Endpoint, path: string, root: string): Input[] {
  const { shape } = tool.input;
  const needed = Object.entries(shape).filter(([, schema]) => !z.safeParse(schema, undefined).success);
  const base: Input = {};
  for (const [name, value] of Object.entries(VALUES)) if (name in shape) base[name] = value;
  for (const [name, schema] of needed) {
    if (optionsOf(schema).length > 0) base[name] = optionsOf(schema)[0];
    if (name in NEEDED) base[name] = NEEDED[name];
  }
  const choices = Object.entries(shape).flatMap(([name, schema]) =>
    optionsOf(schema).map((value): Input => ({ ...base, [name]: value })),
  );
  const variants = [base, ...choices, { ...base, ...Object.fromEntries(switchesOf(shape).map(on)) }];
  return placesIn(tool, path, root).flatMap((place) => {
    const excluded = Object.keys(place).map((name) => EXCLUDED[name]);
    return variants.map((variant) => ({
      ...Object.fromEntries(Object.entries(variant).filter(([name]) => !excluded.includes(name))),
      ...place,
    }));
  });
}

/**
 * The path in each argument that takes one, with all choices, switches and contents in every combination, dry runs
 * left out. `change` is one that can be undone.
 */
export function damagingInputs(
  { tool }: Endpoint,
  path: string,
  { root, change }: { readonly root: string; readonly change: string },
): Input[] {
  const { shape } = tool.input;
  let variants: Input[] = [{}];
  const spread = (name: string, values: readonly unknown[]): void => {
    variants = variants.flatMap((variant) => values.map((value) => ({ ...variant, [name]: value })));
  };
  for (const [name, schema] of Object.entries(shape)) {
    const values = name === "change" ? [change] : (DAMAGING[name] ?? optionsOf(schema));
    if (values.length > 0) spread(name, values);
  }
  for (const name of switchesOf(shape)) if (!HARMLESS.includes(name)) spread(name, [false, true]);
  return placesIn(tool, path, root).flatMap((place) => variants.map((variant) => ({ ...variant, ...place })));
}

type Shape = Readonly<Record<string, z.core.$ZodType>>;

function placesIn(tool: Endpoint["tool"], path: string, root: string): Input[] {
  return pathArguments(tool).flatMap((argument) =>
    valuesFor(argument, path, root).map((value) => ({
      ...(WITH_REVISIONS.includes(tool.server) ? {} : fillers(argument, tool.input.shape)),
      [argument]: value,
    })),
  );
}

/** A move needs both of its ends. */
function fillers(argument: string, shape: Shape): Input {
  return Object.fromEntries(Object.entries(FILLERS).filter(([name]) => name !== argument && name in shape));
}

function valuesFor(argument: string, path: string, root: string): unknown[] {
  if (argument === "paths" || argument === "focus") return [[path]];
  if (argument === "symbol") return [`${path}:1`];
  if (argument === "patch") return patchesAt(path);
  if (argument !== "uri") return [path];
  return [`file://${path.startsWith("/") ? path : `${root}/${path}`}`, `instructions:///${path}`];
}

/** Every kind of patch that would change something at a path. */
function patchesAt(path: string): string[] {
  const [from = "", to = ""] = [FILLERS["from"], FILLERS["to"]];
  const [a, b, plain] = ["a/", "b/", ""].map((prefix) => quoted(`${prefix}${path}`));
  const hunk = (text: string): string =>
    `@@ -1 +1 @@\n-${text}\n\\ No newline at end of file\n+${DAMAGE}\n\\ No newline at end of file\n`;
  const moves = (["rename", "copy"] as const).flatMap((verb) => [
    `diff --git ${a} b/${to}\n${verb} from ${plain}\n${verb} to ${to}\n`,
    `diff --git a/${from} ${b}\n${verb} from ${from}\n${verb} to ${plain}\n`,
  ]);
  return [
    ...[SECRET, INSIDE].flatMap((text) => [
      `--- ${a}\n+++ ${b}\n${hunk(text)}`,
      `--- ${a}\n+++ /dev/null\n@@ -1 +0,0 @@\n-${text}\n\\ No newline at end of file\n`,
    ]),
    `--- /dev/null\n+++ ${b}\n@@ -0,0 +1 @@\n+${DAMAGE}\n`,
    `diff --git ${a} ${b}\nold mode 100644\nnew mode 100755\n`,
    ...moves,
  ];
}

/** As git quotes it, every odd byte as octal digits. */
function quoted(path: string): string {
  const bytes = [...Buffer.from(path)].map((byte) =>
    byte < 0x20 || byte > 0x7e || byte === 0x22 || byte === 0x5c
      ? `\\${byte.toString(8).padStart(3, "0")}`
      : String.fromCodePoint(byte),
  );
  return `"${bytes.join("")}"`;
}

function on(name: string): [string, boolean] {
  return [name, true];
}

function switchesOf(shape: Shape): string[] {
  return Object.entries(shape)
    .filter(([, schema]) => z.safeParse(schema, true).success)
    .map(([name]) => name);
}

function optionsOf(schema: z.core.$ZodType): unknown[] {
  const inner = schema instanceof z.ZodDefault || schema instanceof z.ZodOptional ? schema.unwrap() : schema;
  return inner instanceof z.ZodEnum ? inner.options : [];
}
