import * as z from "zod";
import { type KeyRule, ruleOf } from "./key-rules.ts";

/** One key of the configuration: what stands at a path such as `limits.concurrent`. */
export interface Leaf {
  readonly path: string;
  readonly schema: z.core.$ZodType;
  /** Absent only when the key was declared without one, which a test refuses. */
  readonly rule: KeyRule | undefined;
}

/** All keys of a schema by path, and the paths of the objects that hold them. */
export interface KeyTable {
  readonly leaves: ReadonlyMap<string, Leaf>;
  readonly groups: ReadonlySet<string>;
}

/** Walks an object schema; an object without a rule of its own is a group. */
export function keyTable(schema: z.ZodObject): KeyTable {
  const leaves = new Map<string, Leaf>();
  const groups = new Set<string>();
  const visit = (object: z.ZodObject, prefix: string): void => {
    for (const [name, child] of Object.entries(object.shape)) {
      const path = prefix === "" ? name : `${prefix}.${name}`;
      const rule = ruleOf(child);
      const inner = unwrap(child);
      if (rule === undefined && inner instanceof z.ZodObject) {
        groups.add(path);
        visit(inner, path);
      } else leaves.set(path, { path, schema: child, rule });
    }
  };
  visit(schema, "");
  return { leaves, groups };
}

/** What a schema is below its default and optional wrappers. */
export function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  let inner = schema;
  while (inner instanceof z.ZodDefault || inner instanceof z.ZodOptional || inner instanceof z.ZodPrefault)
    inner = inner.def.innerType;
  return inner;
}
