import * as z from "zod";
import type { Frontmatter, Problem, Source } from "../shapes.ts";
import type { Field } from "./read-lines.ts";
import { splitList } from "./split-list.ts";

const MOST_ITEMS = 200;
const MOST_CHARACTERS = 512;
const MOST_DESCRIPTION = 1_000;

const word = z.union([z.string(), z.number(), z.boolean()]).transform(String);
/** A list, or a text with commas; a key without a value is an empty one. */
const list = z
  .union([z.array(word), word.transform(splitList), z.null().transform((): string[] => [])])
  .transform((items) => items.map((item) => item.trim()).filter((item) => item !== ""))
  .refine((items) => items.length <= MOST_ITEMS && items.every((item) => item.length <= MOST_CHARACTERS));
const truth = z.union([z.boolean(), z.stringbool({ truthy: ["true"], falsy: ["false"] })]);

/** What each field may be, and how we say that. */
const FIELDS = {
  priority: { schema: z.enum(["high", "normal", "low"]), wants: "high, normal or low" },
  type: { schema: z.enum(["always", "sometimes"]), wants: "always or sometimes" },
  keywords: { schema: list, wants: "a list of words" },
  match: { schema: z.enum(["any", "all"]), wants: "any or all" },
  tags: { schema: list, wants: "a list of words" },
  paths: { schema: list, wants: "a list of patterns" },
  globs: { schema: list, wants: "a list of patterns" },
  applyTo: { schema: list, wants: "a list of patterns" },
  override: { schema: z.union([truth, z.literal("all")]), wants: "true, false or all" },
  template: { schema: z.enum(["vars", "liquid"]), wants: "vars or liquid" },
  description: {
    schema: z
      .union([word, z.null().transform(() => "")])
      .transform((text) => text.trim().slice(0, MOST_DESCRIPTION)),
    wants: "a text",
  },
  alwaysApply: { schema: z.union([truth, z.null().transform(() => undefined)]), wants: "true or false" },
  trigger: {
    schema: z.enum(["always_on", "glob", "model_decision", "manual"]),
    wants: "always_on, glob, model_decision or manual",
  },
} as const;

type Name = keyof typeof FIELDS;
type Said = { -readonly [Key in Name]?: z.output<(typeof FIELDS)[Key]["schema"]> };

/** Every key that means something. */
export const FIELD_NAMES: ReadonlySet<string> = new Set(Object.keys(FIELDS));

/** What a file says when it says nothing. */
export const NO_FRONTMATTER: Frontmatter = {
  priority: "normal",
  type: "always",
  keywords: [],
  match: "any",
  tags: [],
  globs: [],
  override: false,
};

/** Checks each field by itself: what is wrong is told with its line, which is counted from `firstLine`, and left out. */
export function checkFrontmatter(
  fields: Readonly<Record<string, Field>>,
  { source, firstLine }: { readonly source: Source; readonly firstLine: number },
): { readonly frontmatter: Frontmatter; readonly problems: readonly Problem[] } {
  const said: Said = {};
  const problems: Problem[] = [];
  for (const [name, { schema, wants }] of Object.entries(FIELDS)) {
    const field = fields[name];
    if (field === undefined) continue;
    const checked = schema.safeParse(field.value);
    if (checked.success) Object.assign(said, { [name]: checked.data });
    else problems.push(wrong(`${name} must be ${wants}: it was left out`, field.line + firstLine - 1));
  }
  // a stranger can commit a CLAUDE.local.md, too
  const mayDropAll = source.scope === "user" || source.scope === "managed";
  if (said.override === "all" && !mayDropAll) {
    const line = (fields["override"]?.line ?? 1) + firstLine - 1;
    const message = "override: all is for files in a person's own folders: here it counts as true";
    problems.push({ level: "warning", code: "override_all", message, line });
    said.override = true;
  }
  return { frontmatter: meant(said, source), problems };
}

function wrong(message: string, line: number): Problem {
  return { level: "warning", code: "wrong_field", message, line };
}

function meant(said: Said, source: Source): Frontmatter {
  const { description, template, trigger } = said;
  // what a person or a model asks for is not brought by a file name
  const isAskedFor = trigger === "manual" || trigger === "model_decision";
  const globs = isAskedFor
    ? []
    : [said.paths, said.globs, said.applyTo].flatMap((each) => each ?? []).map(fromBase);
  const given = Object.fromEntries(
    PLAIN.flatMap((name) => (said[name] === undefined ? [] : [[name, said[name]]])),
  );
  const all = { ...NO_FRONTMATTER, ...given, globs: [...new Set(globs)] };
  return {
    ...all,
    type: said.type ?? typeOf(said, source, all),
    ...(template === undefined ? {} : { template }),
    ...(description === undefined || description === "" ? {} : { description }),
  };
}

const PLAIN = ["priority", "keywords", "match", "tags", "override"] as const;

/** Where the file does not say `type`: by what else it says, and by the habits of whoever invented its format. */
function typeOf(said: Said, source: Source, { globs, keywords }: Frontmatter): Frontmatter["type"] {
  const { alwaysApply, trigger } = said;
  if (alwaysApply === true || trigger === "always_on") return "always";
  if (alwaysApply === false || trigger !== undefined) return "sometimes";
  return globs.length + keywords.length > 0 || isOnRequest(said, source) ? "sometimes" : "always";
}

/** Copilot brings a rule without `applyTo` only when it is asked for, Cursor one with nothing but a description. */
function isOnRequest({ description = "" }: Said, { role, family }: Source): boolean {
  return role === "rule" && (family === "copilot" || (family === "cursor" && description !== ""));
}

/** `./src/**` and `/src/**` are the same as `src/**`. */
function fromBase(glob: string): string {
  return glob.replace(/^(!?)(?:\.?\/)+/u, "$1");
}
