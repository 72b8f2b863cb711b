import { delimiter } from "node:path";
import * as z from "zod";
import { type Leaf, unwrap } from "./leaves.ts";

const YES_NO: Readonly<Record<string, boolean>> = {
  "1": true,
  true: true,
  yes: true,
  on: true,
  "0": false,
  false: false,
  no: false,
  off: false,
};

/**
 * What a flag or an environment variable means for a key, unchecked: the key's schema still has to take it.
 * Lists are separated by commas (roots as PATH is), or given as JSON where an item holds a comma.
 */
export function textValue(leaf: Leaf, text: string): unknown {
  const inner = unwrap(leaf.schema);
  if (inner instanceof z.ZodBoolean) return YES_NO[text.toLowerCase()] ?? text;
  if (inner instanceof z.ZodNumber) return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
  if (inner instanceof z.ZodString || inner instanceof z.ZodEnum) return text;
  if (!(inner instanceof z.ZodArray) || text.startsWith("[")) return jsonOr(text);
  return text.split(leaf.path === "roots" ? delimiter : ",").filter((item) => item !== "");
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}
