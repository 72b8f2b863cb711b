import { posix } from "node:path";
import * as z from "zod";
import type { Place } from "../access.ts";
import { StartupError } from "../errors.ts";
import type { Effect } from "../tool.ts";
import { canonicalPath } from "./canonical-path.ts";
import { compileGlob, MAX_GLOB } from "./glob.ts";

const glob = z
  .string()
  .min(1)
  .max(MAX_GLOB)
  .refine(compiles, "a pattern with at most 32 alternatives is expected");

/** One rule of the person. What it leaves out matches everything; the strictest matching rule decides. */
export const ruleSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]{1,40}$/u),
  decision: z.enum(["allow", "ask", "deny"]),
  /** Glob over `<server>.<tool>`. */
  tool: glob.optional(),
  /** Glob, absolute or relative to any root. Of a deny or ask rule it also covers what lies below. */
  path: glob.optional(),
  /** The first words of the command; all of them with `exact`. */
  argv: z.array(z.string()).min(1).optional(),
  exact: z.literal(true).optional(),
  /** An allow rule covers nothing worse than this. */
  effect: z.enum(["read", "write", "destroy"]).optional(),
  /** Only where this folder is the first root. */
  within: z.string().min(1).optional(),
  /** Counts until then. */
  until: z.iso.datetime({ offset: true }).optional(),
  /** Of an allow rule: spent by the first call that needs it. */
  once: z.literal(true).optional(),
  origin: z.enum(["person", "project"]),
});
export type Rule = z.output<typeof ruleSchema>;

/** What rules are held against: one call. */
export interface CallFacts {
  /** `<server>.<tool>`. */
  readonly tool: string;
  readonly effect: Effect;
  readonly argv: readonly string[] | undefined;
  /** The first root. */
  readonly within: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** A rule with its patterns ready. */
export interface ReadyRule {
  readonly rule: Rule;
  /** All but the path. */
  readonly applies: (call: CallFacts) => boolean;
  /** True for every place when the rule names no path. */
  readonly matches: (place: Place) => boolean;
}

/** Throws `StartupError` that begins with `where`. */
export function parseRule(rule: unknown, where: string): Rule {
  const parsed = ruleSchema.safeParse(rule);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new StartupError(
    `${[where, ...(issue?.path ?? [])].join(".")}: ${issue?.message ?? "not understood"}`,
  );
}

const SEVERITY = { read: 0, write: 1, destroy: 2 } as const;

/** Refusing rules match by object (`canonicalPath`) and below; allowing rules match what is written, no more. */
export function readyRule(rule: Rule): ReadyRule {
  const refuses = rule.decision !== "allow";
  const tool = rule.tool === undefined ? undefined : compileGlob(rule.tool);
  const until = rule.until === undefined ? Infinity : Date.parse(rule.until);
  return {
    rule,
    applies: (call) =>
      call.at < until &&
      (tool === undefined || tool(call.tool)) &&
      (rule.within === undefined || rule.within === call.within) &&
      (rule.effect === undefined || refuses || SEVERITY[call.effect] <= SEVERITY[rule.effect]) &&
      (rule.argv === undefined || beginsWith(rule, call.argv)),
    matches: rule.path === undefined ? () => true : placeMatcher(rule.path, refuses),
  };
}

/** A test of places for a glob that is absolute or relative to any root. `refuses`: by object, and what is below. */
export function placeMatcher(pattern: string, refuses: boolean): (place: Place) => boolean {
  const spelled = pattern.replace(/^\.\//u, "");
  const matches = compileGlob(refuses ? foldCase(spelled) : spelled, { below: refuses });
  const isAbsolute = /^(?:\/|[a-z]:[\\/])/iu.test(pattern);
  return (place) => {
    const path = isAbsolute ? absolutePath(place) : place.relative;
    return refuses ? matches(foldCase(path)) || matches(canonicalPath(path)) : matches(path);
  };
}

/** The whole path of a place, `/`-separated. */
export function absolutePath({ root, relative }: Place): string {
  const start = process.platform === "win32" ? root.replaceAll("\\", "/") : root;
  return relative === "" ? start : `${start.replace(/\/$/u, "")}/${relative}`;
}

/** What of `canonicalPath` can be done to a pattern too. */
function foldCase(text: string): string {
  return text.normalize("NFKC").toLowerCase().normalize("NFKC");
}

function beginsWith({ argv = [], exact, decision }: Rule, given: readonly string[] | undefined): boolean {
  if (given === undefined || given.length < argv.length) return false;
  if (exact === true && given.length !== argv.length) return false;
  const [program = "", ...rest] = given;
  const names = decision === "allow" ? [program] : [program, posix.basename(program.replaceAll("\\", "/"))];
  return names.some((name) => argv.every((word, index) => word === [name, ...rest][index]));
}

function compiles(pattern: string): boolean {
  try {
    compileGlob(pattern);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
