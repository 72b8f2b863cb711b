import { classAround, membersOf } from "./classes.ts";
import { familyOf, type Family } from "./family.ts";
import type { Lookups } from "./lookups.ts";
import type { Mention } from "./shapes.ts";

/** What may stand before a type's name: `&mut`, `*`, `readonly`, `dyn`, `pkg.`, `Option<`. */
const BEFORE = String.raw`(?:[&*?\[\]'"\s]|\b(?:mut|dyn|impl|readonly|const|final|ref|in|out|Optional|Option|Arc|Rc|Box|Promise|Readonly)\b[\[<]?|\w+(?:\.|::|\\))*`;
const TYPE = String.raw`(\p{L}[\p{L}\d_]*)`;
/** In these a type follows its variable without a colon. */
const GO: ReadonlySet<Family> = new Set(["go"]);
/** In these a type stands before its variable. */
const TYPE_FIRST: ReadonlySet<Family> = new Set(["jvm", "c", "csharp", "php"]);

/**
 * The name of the type that a variable has, where a signature says it: of the definitions around the place, of a field of
 * its type, of a variable of its file.
 */
export function declaredType(mention: Mention, variable: string, lookups: Lookups): string | undefined {
  const family = familyOf(mention.path);
  const around = lookups.around(mention.within).map(({ signature }) => signature);
  const parameter = firstOf(around, (signature) => typeIn(signature, variable, family));
  if (parameter !== undefined) return parameter;
  const own = classAround(mention.within, lookups);
  const fields = own === undefined ? [] : membersOf(own, variable, lookups);
  const variables = lookups
    .named(variable)
    .filter(({ file, parent }) => file === mention.file && parent === undefined);
  const constants = [...fields, ...variables].filter(({ kind }) => kind === "constant");
  const signatures = constants.map(({ signature }) => signature);
  const found = firstOf(signatures, (signature) => typeIn(signature, variable, family) ?? madeOf(signature));
  if (found !== undefined || own === undefined) return found;
  return inConstructor(own.rows[0]?.file, { variable, family, name: own.name }, lookups);
}

function firstOf<Value>(
  texts: readonly string[],
  read: (text: string) => Value | undefined,
): Value | undefined {
  for (const text of texts) {
    const found = read(text);
    if (found !== undefined) return found;
  }
  return undefined;
}

interface Field {
  readonly variable: string;
  readonly family: Family;
  /** Of its type. */
  readonly name: string;
}

/** A constructor's parameter is mostly kept under its name. */
function inConstructor(
  file: number | undefined,
  { variable, family, name }: Field,
  lookups: Lookups,
): string | undefined {
  if (file === undefined) return undefined;
  const constructors = new Set(["constructor", "__init__", "__construct", "initialize", "init", name]);
  const found = lookups
    .definitionsIn(file)
    .find((each) => each.kind === "method" && constructors.has(each.name) && each.scope.endsWith(name));
  return found === undefined ? undefined : typeIn(found.signature, variable, family);
}

function typeIn(signature: string, variable: string, family: Family): string | undefined {
  if (!/^[\p{L}_][\p{L}\d_]*$/u.test(variable) || !signature.includes(variable)) return undefined;
  const between = GO.has(family) ? String.raw`\s+` : String.raw`\s*[?!]?\s*:`;
  const after = new RegExp(String.raw`(?<![\p{L}\d_.])${variable}${between}${BEFORE}${TYPE}`, "u").exec(
    signature,
  );
  if (after?.[1] !== undefined) return after[1];
  if (!TYPE_FIRST.has(family)) return undefined;
  const first = new RegExp(String.raw`${TYPE}(?:<[^<>]*>)?[\s&*?]+\$?${variable}(?![\p{L}\d_(])`, "u");
  return first.exec(signature)?.[1];
}

/** `= new Store(`, `= Store::open(`, `= Store(`. */
function madeOf(signature: string): string | undefined {
  return /=\s*(?:await\s+|new\s+|&)*(\p{Lu}[\p{L}\d_]*)\s*[<({.:]/u.exec(signature)?.[1];
}
