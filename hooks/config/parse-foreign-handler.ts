import { getNodeValue, type Node } from "jsonc-parser";
import { HANDLER_TYPES } from "../handler.ts";
import { fieldOf } from "./json-fields.ts";
import { type HandlerPlace, type WrittenHandler, adviseOnCommand } from "./parse-handler.ts";
import { timeoutOf } from "./timeout.ts";

const DEFAULT = { timeoutMs: 60_000 };

/** What can be said of a handler of another host, to show what its file is about; it is never run. */
export function parseForeignHandler(node: Node, place: HandlerPlace): WrittenHandler | undefined {
  if (node.type !== "object") return undefined;
  const { at, lineOf, matcher, problems } = place;
  const { offset } = node;
  const text = (name: string): string | undefined => {
    const value: unknown = fieldOf(node, name)?.value;
    return typeof value === "string" ? value : undefined;
  };
  const type = text("type");
  const command = text("command") ?? text("bash") ?? text("powershell");
  if (command !== undefined) adviseOnCommand({ command }, place, offset);
  return {
    ...(matcher === undefined ? {} : { matcher }),
    type: HANDLER_TYPES.find((one) => one === type) ?? "command",
    ...(command === undefined ? {} : { command }),
    timeoutMs: timeoutIn(node, (code, message) =>
      problems.add({ level: "warning", code, message, offset, at }),
    ),
    async: false,
    at,
    line: lineOf(offset),
  };
}

/** `timeoutSec` of Copilot, and `timeout` as everybody but Gemini means it, whose files are known by their events. */
function timeoutIn(node: Node, warn: (code: string, message: string) => void): number {
  const value = fieldOf(node, "timeoutSec") ?? fieldOf(node, "timeout");
  const given: unknown = value === undefined ? undefined : getNodeValue(value);
  if (typeof given !== "number" || given <= 0) return DEFAULT.timeoutMs;
  const { ms, odd } = timeoutOf(given, DEFAULT);
  if (odd !== undefined) warn(odd, `a timeout of ${given} is more likely in milliseconds`);
  return ms;
}
