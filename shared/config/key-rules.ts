import * as z from "zod";

/**
 * Who may set a key. `person`: flags, environment and the user's own file. `narrow`: a project's file too, but
 * only to be stricter, by the key's own merge. `override`: a project's file wins over the user's own.
 */
export type KeyRule =
  | { readonly who: "person" | "override"; readonly flag?: string }
  | { readonly who: "narrow"; readonly flag?: string; readonly merge: Merge };

/** The stricter of two checked values; the first is the person's (or the default), the second the project's. */
export type Merge = (person: unknown, project: unknown) => unknown;

const rules = z.registry<KeyRule>();

/** The rule that a key was declared with; nothing when it was declared with none. */
export function ruleOf(schema: z.core.$ZodType): KeyRule | undefined {
  return rules.get(schema);
}

/** Declares a key that no project can set. `flag` is its flag on the command line, such as `--port`. */
export function person<Schema extends z.ZodType>(schema: Schema, flag?: string): Schema {
  return declare(schema, { who: "person", ...(flag === undefined ? {} : { flag }) });
}

/** Declares a key about taste, not safety: a project's value wins over the user's file. */
export function override<Schema extends z.ZodType>(schema: Schema, flag?: string): Schema {
  return declare(schema, { who: "override", ...(flag === undefined ? {} : { flag }) });
}

/** Declares a key that a project can only make stricter; `merge` must never return more than the person allows. */
export function narrow<Schema extends z.ZodType>(
  schema: Schema,
  merge: (person: z.output<Schema>, project: z.output<Schema>) => z.output<Schema>,
  flag?: string,
): Schema {
  return declare(schema, {
    who: "narrow",
    merge: (own, project) => merge(schema.parse(own), schema.parse(project)),
    ...(flag === undefined ? {} : { flag }),
  });
}

function declare<Schema extends z.ZodType>(schema: Schema, rule: KeyRule): Schema {
  rules.add(schema, rule);
  return schema;
}
