import { basename, dirname } from "node:path";
import * as z from "zod";
import type { View } from "../../../shared/tool.ts";
import type { FilesystemViewContext } from "../deps.ts";
import { underAllNames } from "./all-names.ts";
import { rewritableViews } from "./rewritable-views.ts";

const ALL = "**/*";
const globFields = z.strictObject({ pattern: z.string() });

/** Entries of a directory or a tree, as `Glob`. */
export function listViews(
  own: { readonly path: string; readonly depth: number },
  context: FilesystemViewContext,
): readonly View[] {
  const view = { tool: "Glob", path: own.path, input: { pattern: own.depth > 1 ? ALL : "*" } } as const;
  const rewriting = { own, fields: globFields, change: () => undefined };
  return rewritableViews(view, rewriting, context);
}

/** Files by globs, as `Glob`; several are joined by braces, those that leave something out are not shown. */
export function findViews(
  own: { readonly path: string; readonly globs: readonly string[] },
  context: FilesystemViewContext,
): readonly View[] {
  const view = { tool: "Glob", path: own.path, input: { pattern: joined(own.globs) ?? ALL } } as const;
  const change = ({ pattern }: z.output<typeof globFields>): object => ({
    globs: [pattern, ...own.globs.filter(leavesOut)],
  });
  return rewritableViews(view, { own, fields: globFields, change }, context);
}

/** The facts of one path show nothing of what is in it: a `Glob` that finds just this name. */
export function statViews(
  { path }: { readonly path: string },
  context: FilesystemViewContext,
): readonly View[] {
  const view = { tool: "Glob", path: dirname(path), input: { pattern: basename(path) } } as const;
  return underAllNames(view, "follow", context);
}

interface SearchRequest {
  readonly pattern: string;
  readonly path: string;
  readonly literal: boolean;
  readonly ignoreCase: boolean;
  readonly multiline: boolean;
  readonly context?: number | undefined;
  readonly mode: keyof typeof OUTPUT_MODES;
  readonly globs?: readonly string[] | undefined;
  readonly limit: number;
}

const OUTPUT_MODES = { lines: "content", files: "files_with_matches", count: "count" } as const;
const MODES = { content: "lines", files_with_matches: "files", count: "count" } as const;

const grepFields = z.strictObject({
  pattern: z.string(),
  glob: z.string().optional(),
  output_mode: z.enum(OUTPUT_MODES).default("files_with_matches"),
  "-i": z.boolean().default(false),
  "-C": z.number().optional(),
  multiline: z.boolean().default(false),
  head_limit: z.number().optional(),
});

/** A search in contents, as `Grep`. */
export function searchViews(own: SearchRequest, context: FilesystemViewContext): readonly View[] {
  const { globs = [] } = own;
  const glob = joined(globs);
  const input = {
    pattern: own.literal ? own.pattern.replaceAll(/[\\^$.*+?()[\]{}|]/gu, String.raw`\$&`) : own.pattern,
    ...(glob === undefined ? {} : { glob }),
    output_mode: OUTPUT_MODES[own.mode],
    "-i": own.ignoreCase,
    ...(own.context === undefined ? {} : { "-C": own.context }),
    multiline: own.multiline,
    head_limit: own.limit,
  };
  const change = (wanted: z.output<typeof grepFields>): object => ({
    ...(wanted.pattern === input.pattern ? {} : { pattern: wanted.pattern, literal: false }),
    ...(wanted.glob === glob
      ? {}
      : { globs: [...(wanted.glob === undefined ? [] : [wanted.glob]), ...globs.filter(leavesOut)] }),
    mode: MODES[wanted.output_mode],
    ignoreCase: wanted["-i"],
    context: wanted["-C"],
    multiline: wanted.multiline,
    limit: wanted.head_limit,
  });
  const view = { tool: "Grep", path: own.path, input } as const;
  return rewritableViews(view, { own, fields: grepFields, change }, context);
}

function joined(globs: readonly string[]): string | undefined {
  const [only, ...others] = globs.filter((glob) => !leavesOut(glob));
  return others.length === 0 ? only : `{${[only, ...others].join(",")}}`;
}

function leavesOut(glob: string): boolean {
  return glob.startsWith("!");
}
