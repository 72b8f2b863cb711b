import type { DefinitionRow } from "../store/shapes.ts";
import { memberOrInherited } from "./ancestry.ts";
import type { Class } from "./classes.ts";
import { isType } from "./fits-kind.ts";
import { goAlias, goDeclared, goItem, goName, goResult, isGoOwn, isGoUnnamed } from "./go-types.ts";
import type { Lookups } from "./lookups.ts";
import { importedBy } from "./module-files.ts";
import { resolveName } from "./resolve-name.ts";
import type { Mention } from "./shapes.ts";

/** Of a local name of which nothing is known. */
const UNKNOWN = "?";
const MAX_ALIASES = 4;

/** Where a text stands, for what its names mean there. */
type Place = Pick<Mention, "file" | "path" | "line" | "within">;

/** A type as it is written somewhere. */
interface Written {
  readonly type: string;
  readonly place: Place;
}

/** Known to be something that is not in the index. */
type Outside = "outside";
type Found = readonly DefinitionRow[] | Outside | undefined;

/** `open()#1`: a name, whether what it gives is meant, and which of several. */
interface Step {
  readonly name: string;
  readonly isCall: boolean;
  readonly place: number;
}

/** What a value is: of a type of the index, of one that is known not to be in it, or of one that has no name. */
export type Known = Class | Outside | "unnamed";

/** The type of what stands before a dot, as far as declarations tell it for certain. */
export function typeOfOrigin(mention: Mention, lookups: Lookups): Known | undefined {
  const { origin, file, within } = mention;
  if (origin === undefined || origin === UNKNOWN) return undefined;
  return lookups.once(`origin ${file} ${within ?? ""} ${origin}`, () =>
    new Origin(lookups).typeOf(origin, mention),
  );
}

class Origin {
  readonly #lookups: Lookups;

  constructor(lookups: Lookups) {
    this.#lookups = lookups;
  }

  typeOf(origin: string, at: Place): Known | undefined {
    const [first = "", ...steps] = origin.split(" ");
    let value = first.startsWith(":") ? { type: first.slice(1), place: at } : this.#named(first, steps, at);
    for (const step of steps) {
      if (value === undefined) return undefined;
      value = step === "[]" ? this.#item(value) : this.#member(value, stepOf(step.slice(1)));
    }
    if (value === undefined || value === "outside") return value;
    return isGoUnnamed(value.type) ? "unnamed" : this.#classOf(value);
  }

  /** What a name gives that is not local; of a module's what the next step names. */
  #named(first: string, steps: string[], at: Place): Written | Outside | undefined {
    const step = stepOf(first);
    if (this.#lookups.bindings(at.file).some(({ local }) => local === step.name)) {
      const item = stepOf((steps.shift() ?? "").slice(1));
      return step.isCall ? undefined : this.#value(this.#inModule(step.name, item.name, at), item);
    }
    return this.#value(this.#known(step.name, step.isCall ? "call" : "use", at), step);
  }

  #known(name: string, kind: Mention["kind"], { file, path, line, within }: Place): Found {
    const mention = { file, path, line, name, kind, ...(within !== undefined && { within }) };
    const { targets, named } = resolveName(mention, this.#lookups);
    if (targets.some(({ confidence }) => confidence === "name")) return undefined;
    return targets.length > 0
      ? targets.map(({ definition }) => definition)
      : named === 0
        ? "outside"
        : undefined;
  }

  #inModule(module: string, item: string, { file, path }: Place): Found {
    const bound = this.#lookups.bindings(file).filter(({ local }) => local === module);
    if (bound.length === 0) return undefined;
    const found = bound.flatMap(({ target }) => importedBy({ target, item, from: path }, this.#lookups));
    if (found.length > 0) return found;
    const all = this.#lookups.namedFor(path, item);
    return all.some((each) => bound.some(({ target }) => target.fits(each) !== "no")) ? undefined : "outside";
  }

  /** What these are, when they are all the same: each system may have a file of its own. */
  #value(found: Found, step: Step): Written | Outside | undefined {
    if (found === undefined || found === "outside") return found;
    const values = found.map((each) => valueOf(each, step));
    const [value] = values;
    return values.every((each) => each?.type === value?.type) ? value : undefined;
  }

  #member(value: Written | Outside, step: Step): Written | Outside | undefined {
    const of = value === "outside" ? value : this.#classOf(value);
    // a function of something outside may give back what it was given
    if (of === undefined || of === "outside") return step.isCall ? undefined : of;
    const found = memberOrInherited(of, step.name, this.#lookups);
    if (found.length > 0) return this.#value(found, step);
    return step.isCall ? undefined : this.#embedded(of, step.name);
  }

  /** What a type takes everything from is a field of it, called like its type. */
  #embedded({ rows }: Class, name: string): Written | undefined {
    for (const { file, path, id } of rows)
      for (const each of this.#lookups.heirsIn(file).get(id) ?? [])
        if (each.name === name) {
          const module = each.receiver === undefined || each.receiver === "" ? "" : `${each.receiver}.`;
          return { type: module + name, place: { file, path, line: each.line, within: id } };
        }
    return undefined;
  }

  #item(value: Written | Outside): Written | undefined {
    if (value === "outside") return undefined;
    const item = goItem(value.type);
    if (item !== undefined) return { ...value, type: item };
    // a list that has a name
    const of = this.#classOf(value);
    if (of === undefined || of === "outside") return undefined;
    const [row] = of.rows;
    const inner = row === undefined ? undefined : goItem(goDeclared(row.signature, row.name) ?? "");
    return row === undefined || inner === undefined ? undefined : { type: inner, place: placeOf(row) };
  }

  #classOf({ type, place }: Written, aliases = MAX_ALIASES): Class | Outside | undefined {
    if (isGoOwn(type)) return "outside";
    const written = goName(type);
    if (written === undefined || aliases === 0) return undefined;
    const { name, module } = written;
    const around = this.#lookups.around(place.within);
    if (around.some(({ signature }) => mayBeParameter(name, signature))) return undefined;
    const found =
      module === undefined ? this.#known(name, "type", place) : this.#inModule(module, name, place);
    if (found === undefined || found === "outside") return found;
    const rows = found.filter(isType);
    const [row] = rows;
    if (row === undefined) return undefined;
    const alias = goAlias(row.signature, row.name);
    return alias === undefined
      ? { name, rows }
      : this.#classOf({ type: alias, place: placeOf(row) }, aliases - 1);
  }
}

/** What stands in brackets behind a name may be a type's parameter, which is any type. */
function mayBeParameter(name: string, signature: string): boolean {
  return new RegExp(String.raw`\w\[[^\]]*\b${name}\b`, "u").test(signature);
}

function stepOf(text: string): Step {
  const [, name = "", call, place = "0"] = /^(\w*)(\(\))?(?:#(\d+))?$/u.exec(text) ?? [];
  return { name, isCall: call !== undefined, place: Number(place) };
}

function placeOf({ file, path, startLine, id }: DefinitionRow): Place {
  return { file, path, line: startLine, within: id };
}

function valueOf(definition: DefinitionRow, { isCall, place }: Step): Written | undefined {
  const { signature, name, kind } = definition;
  const at = placeOf(definition);
  // `Type(x)`
  if (isType(definition)) return { type: name, place: at };
  const isFunction = kind === "function" || kind === "method";
  if (isFunction !== isCall) return undefined;
  const type = isFunction ? goResult(signature, name, place) : goDeclared(signature, name);
  return type === undefined ? undefined : { type, place: at };
}
