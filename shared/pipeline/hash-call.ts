import { createHash } from "node:crypto";
import type { ToolFacts } from "../tool.ts";

/** SHA-256 of a tool and its arguments as they came, independent of the order of keys. */
export function hashCall(tool: Pick<ToolFacts, "server" | "name">, input: unknown): string {
  return createHash("sha256")
    .update(`${tool.server}.${tool.name}\0`)
    .update(JSON.stringify(input, sorted) ?? "")
    .digest("hex");
}

function sorted(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
