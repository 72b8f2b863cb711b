import type { HandlerType, LoadedHandler } from "./handler.ts";

/** False for types that need a model, or a client of other servers, to run. */
export function isRunHere(type: HandlerType): boolean {
  return type === "command" || type === "http";
}

/** Why a handler of another type says nothing, in our words. */
export function notRunHere(type: HandlerType): string {
  return `handlers of type ${type} are not run here`;
}

/**
 * True for a guard that never runs because of its type, and says nothing about what its failure means: where hooks fail
 * closed, it is one that fails.
 */
export function isUnrunGuard({ handler: { type, event, onFailure }, off }: LoadedHandler): boolean {
  return off === notRunHere(type) && event === "PreToolUse" && onFailure === undefined;
}
