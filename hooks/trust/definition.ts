import { createHash } from "node:crypto";
import { shellQuote } from "../../shared/policy/shell-quote.ts";
import type { Handler, LoadedHandler } from "../handler.ts";

const MAX_FILE = 3_000;
const MAX_COMMAND = 300;

/**
 * SHA-256 over a project, a file in it and all that a handler says, but not its place in the file: the same handler
 * further down is the same. `realRoot` is the project's folder with its links followed.
 */
export function definitionOf({ handler, source }: LoadedHandler, realRoot: string): string {
  const { event, matcher, type, command, args, shell, url, headers = {}, allowedEnvVars } = handler;
  return sha256([
    [realRoot, source.scope, source.dialect, source.file],
    [event, matcher, handler.if, handler.timeoutMs, handler.async, handler.onFailure],
    [type, command, args, shell],
    [url, Object.entries(headers).toSorted(([a], [b]) => (a < b ? -1 : 1)), allowedEnvVars],
  ]);
}

/** Over JSON, in which what is left out is not the same as what is empty. */
export function sha256(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}

/** A handler in one project. */
export interface Defined {
  readonly loaded: LoadedHandler;
  /** The folder that it runs in. */
  readonly root: string;
  readonly definition: string;
}

/** What a trust entry calls it: `<file> <place> (<definition>): <command>`. */
export function subjectOf({ loaded, root, definition }: Defined): string {
  return `${placeOf(loaded, root)} (${definition.slice(0, 12)}): ${commandOf(loaded.handler).slice(0, MAX_COMMAND)}`;
}

/** True for the subject of something at the same place, or with the same definition. */
export function isSubjectOf(subject: string, { loaded, root, definition }: Defined): boolean {
  return (
    subject.startsWith(`${placeOf(loaded, root)} (`) || subject.includes(` (${definition.slice(0, 12)}): `)
  );
}

/** What it runs, whole, as a shell would take it; or where it sends. Foreign text. */
export function commandOf({ type, command = "", args, url = "" }: Handler): string {
  if (type === "http") return `POST ${url}`;
  return args === undefined ? command : [command, ...args].map(shellQuote).join(" ");
}

/** One of a home file stands in every project, and is approved in each. */
function placeOf({ handler: { at }, source: { file, scope } }: LoadedHandler, root: string): string {
  return `${file.slice(-MAX_FILE)} ${at}${scope === "home" ? ` in ${root}` : ""}`;
}
