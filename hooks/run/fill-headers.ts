import { ToolError } from "../../shared/errors.ts";
import { escapeForPerson } from "../../shared/escape-for-person.ts";
import type { Handler } from "../handler.ts";
import { isOurs } from "./hook-environment.ts";

export interface FillHeadersOptions {
  /** Names that the person lets headers hold; a handler has to name them too. */
  readonly allowedVariables: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface FilledHeaders {
  /** By names in lower case. */
  readonly headers: Record<string, string>;
  /** Which variables stayed empty, and why, in our words. */
  readonly problems: readonly string[];
}

/** What says where a message goes or how long it is. */
const NOT_THEIRS =
  /^(?:host|connection|content-length|content-type|expect|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade)$/u;

const VARIABLE = /\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))/gu;

/**
 * A handler's headers with their variables. A variable that may not be used is empty. Throws `ToolError("denied")`
 * for a header that we set ourselves and for one that could not be sent as one line.
 */
export function fillHeaders(
  { headers = {}, allowedEnvVars = [] }: Handler,
  { allowedVariables, env }: FillHeadersOptions,
): FilledHeaders {
  const problems = new Set<string>();
  const fill = (name: string): string => {
    const value = env[name];
    if (!allowedEnvVars.includes(name)) problems.add(`$${name} is not in the handler's allowedEnvVars`);
    else if (isOurs(name) || !allowedVariables.includes(name))
      problems.add(`$${name} is not in hooks.variables`);
    else if (value === undefined) problems.add(`$${name} is not set`);
    else return value;
    return "";
  };
  const filled = Object.entries(headers).map(([name, text]): [string, string] => {
    const value = text.replaceAll(VARIABLE, (_, braced?: string, bare?: string) =>
      fill(braced ?? bare ?? ""),
    );
    check(name, value);
    return [name.toLowerCase(), value];
  });
  return { headers: Object.fromEntries(filled), problems: [...problems] };
}

function check(name: string, value: string): void {
  const shown = escapeForPerson(name);
  if (NOT_THEIRS.test(name.toLowerCase()))
    throw new ToolError("denied", `a handler cannot set the header ${shown}`);
  try {
    // throws for what is no header, as node:http would, which is not loaded yet
    new Headers().set(name, value);
  } catch (cause) {
    throw new ToolError("denied", `the header ${shown} cannot be sent as it is`, { cause });
  }
}
