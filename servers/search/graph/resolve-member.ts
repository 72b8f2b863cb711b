import type { DefinitionRow } from "../store/shapes.ts";
import { inherited, isBelow, memberOrInherited } from "./ancestry.ts";
import { classAround, classNamed, lastOf, type Class } from "./classes.ts";
import { declaredType } from "./declared-type.ts";
import { familyOf } from "./family.ts";
import { typeOfOrigin } from "./origin.ts";
import { fitting, isMember, isType } from "./fits-kind.ts";
import type { Lookups } from "./lookups.ts";
import { importedBy, moduleFile } from "./module-files.ts";
import { endsWith, stemOf, type Binding } from "./modules/target.ts";
import { as, byName, resolution, resolveName } from "./resolve-name.ts";
import { inPlaceOf, type Confidence, type Mention, type Resolution, type Resolved } from "./shapes.ts";

const OWN: ReadonlySet<string> = new Set(["self", "this", "cls", "Self", "static", "@"]);
const ABOVE: ReadonlySet<string> = new Set(["super", "parent", "base"]);
/** Shorter names of variables are like too many types. */
const LEAST_ALIKE = 3;
/** Members of the languages' own types. */
const COMMON: ReadonlySet<string> = new Set(
  (
    "add all any append at bind call catch charAt clone concat contains count each empty endsWith entries " +
    "equals every exec fill filter find findIndex first flat flatMap forEach get has hasNext includes indexOf " +
    "insert is_empty isEmpty items iter iterator join keys last len length lower lstrip map match matches max " +
    "min next pop push put reduce remove replace replaceAll reverse round rstrip set shift size slice some " +
    "sort splice split startsWith strip sub substring sum then toArray toList toLowerCase toString toUpperCase " +
    "trim unshift unwrap upper values"
  ).split(" "),
);
/** Of a name that so many carry, nobody asks which ones override each other. */
const MOST_OVERRIDES = 50;

/** What a name behind a dot means. `receiver` is what stands before it; "" when that has no name. */
export function resolveMember(mention: Mention, receiver: string, lookups: Lookups): Resolution {
  const all = fitting(mention, lookups);
  for (const step of mention.origin === undefined ? BY_NAMES : BY_ORIGIN) {
    const found = step({ mention, receiver, all }, lookups);
    if (found !== undefined) return withOverrides(found, all, lookups);
  }
  // lists, maps and texts have these too: nothing tells that one of ours is meant
  if (COMMON.has(mention.name)) return { ...resolution([], all), ambiguous: all.length > 0 };
  return byName(preferMembers(all, lookups));
}

/** What tells the meaning, surest first; a value that has an origin is nothing that a name before the dot could mean. */
const BY_NAMES = [ofOwnClass, ofModule, ofDeclared, ofType, ofNamespace, ofCall, ofVariable];
const BY_ORIGIN = [ofOrigin, ofCall, ofVariable];

interface Asked {
  readonly mention: Mention;
  readonly receiver: string;
  readonly all: readonly DefinitionRow[];
}

/** What declarations say of the value before the dot. */
function ofOrigin({ mention, all }: Asked, lookups: Lookups): Resolution | undefined {
  const of = typeOfOrigin(mention, lookups);
  if (of === undefined) return undefined;
  if (of === "outside") return { ...resolution([], all), outside: true };
  if (of === "unnamed") return byName(preferMembers(all, lookups));
  const found = memberOrInherited(of, mention.name, lookups);
  const isHere = of.rows.some(({ file }) => file === mention.file);
  return found.length > 0 ? resolution(as(found, isHere ? "file" : "import"), all) : undefined;
}

function ofOwnClass({ mention, receiver, all }: Asked, lookups: Lookups): Resolution | undefined {
  const isAbove = ABOVE.has(receiver);
  if (!isAbove && !OWN.has(receiver) && !isGoReceiver(mention, receiver, lookups)) return undefined;
  const own = classAround(mention.within, lookups);
  if (own === undefined) return undefined;
  const found = (isAbove ? inherited : memberOrInherited)(own, mention.name, lookups);
  return found.length > 0 ? resolution(as(found, "file"), all) : undefined;
}

/** Go gives `this` a name in each method. */
function isGoReceiver({ path, within }: Mention, receiver: string, lookups: Lookups): boolean {
  if (familyOf(path) !== "go") return false;
  return lookups.around(within).some(({ signature }) => signature.startsWith(`func (${receiver} `));
}

/** A variable, a parameter or a field of which a signature tells the type. */
function ofDeclared({ mention, receiver, all }: Asked, lookups: Lookups): Resolution | undefined {
  const type = receiver === "" ? undefined : typeOf(mention, receiver, lookups);
  return type === undefined || type === receiver
    ? undefined
    : ofType({ mention, receiver: type, all }, lookups);
}

function typeOf(mention: Mention, variable: string, lookups: Lookups): string | undefined {
  const key = `type ${mention.file} ${mention.within ?? ""} ${variable}`;
  return lookups.once(key, () => declaredType(mention, variable, lookups));
}

/** An imported module, or a name for all that one exports. */
function ofModule({ mention, receiver, all }: Asked, lookups: Lookups): Resolution | undefined {
  const bound = lookups.bindings(mention.file).filter(({ local }) => local === receiver && receiver !== "");
  const modules = bound.filter(({ item }) => item === undefined);
  if (bound.length === 0) return undefined;
  const wanted = (each: Binding) => ({ target: each.target, item: mention.name, from: mention.path });
  const found = modules.flatMap((each) => importedBy(wanted(each), lookups));
  if (found.length > 0) return resolution(as([...new Set(found)], "import"), all);
  const type = ofType({ mention, receiver, all }, lookups);
  if (type !== undefined) return type;
  const perhaps = all.filter((each) => bound.some(({ target }) => target.fits(each) !== "no"));
  if (perhaps.length > 0) return byName(perhaps);
  const isKnown = bound.some(({ target }) => moduleFile(target, mention.path, lookups) !== undefined);
  return isKnown ? undefined : { ...resolution([], all), outside: true };
}

/** A type, or an object that stands at the top of a file. */
function ofType({ mention, receiver, all }: Asked, lookups: Lookups): Resolution | undefined {
  if (receiver === "") return undefined;
  const { targets, named } = resolveName(inPlaceOf(mention, receiver, "use"), lookups);
  const owners = targets.filter(({ definition, confidence }) => confidence !== "name" || isType(definition));
  const found = owners.flatMap(({ definition, confidence }) => {
    const of: Class = { name: definition.name, rows: [definition] };
    return as(memberOrInherited(of, mention.name, lookups), confidence);
  });
  if (found.length > 0) return resolution(distinct(found), all);
  // as `Promise` and `Math`: a type of the language
  const isForeign =
    named === 0 && /^\p{Lu}/u.test(receiver) && lookups.namedFor(mention.path, receiver).length === 0;
  return isForeign ? { ...resolution([], all), outside: true } : undefined;
}

/** A namespace; in Rust a module whose file is called so. */
function ofNamespace({ mention, receiver, all }: Asked, lookups: Lookups): Resolution | undefined {
  if (receiver === "") return undefined;
  const found = all.filter(({ path, scope, parent }) => {
    if (lastOf(scope) === receiver) return lookups.definition(parent)?.kind === "module";
    if (familyOf(mention.path) !== "rust" || scope !== "") return false;
    return endsWith(stemOf(path), receiver) || endsWith(stemOf(path), `${receiver}/mod`);
  });
  return found.length > 0 ? resolution(as(found, "import"), all) : undefined;
}

/** What a call in the same line gives: an object that is made there, or what a function's signature says. */
function ofCall({ mention, receiver, all }: Asked, lookups: Lookups): Resolution | undefined {
  if (receiver !== "") return undefined;
  const calls = lookups
    .referencesIn(mention.file)
    .filter((each) => each.line === mention.line && each.kind === "call" && each.receiver === undefined);
  const types = calls
    .flatMap((each) => resolveName(each, lookups).targets)
    .filter(({ confidence }) => confidence !== "name")
    .flatMap(({ definition, confidence }) => {
      if (isType(definition)) return [{ of: { name: definition.name, rows: [definition] }, confidence }];
      const given = givenType(definition.signature);
      return given === undefined ? [] : [{ of: classNamed(given, definition.path, lookups), confidence }];
    });
  const found = types.flatMap(({ of, confidence }) => {
    return of.rows.length === 0 ? [] : as(memberOrInherited(of, mention.name, lookups), confidence);
  });
  return found.length > 0 ? resolution(distinct(found), all) : undefined;
}

/** The type behind `): `, `-> ` or, in Go, `) `. */
function givenType(signature: string): string | undefined {
  const [, given] =
    /\)\s*(?::|->)?\s*(?:Promise<|Result<|Option<|[&*?\s(]|mut\s)*(\p{Lu}[\p{L}\d_]*)[^()]*\)?$/u.exec(
      signature,
    ) ?? [];
  return given;
}

/** A variable, whose type nobody tells: likely one that is called like it, and that the file speaks of. */
function ofVariable({ mention, receiver, all }: Asked, lookups: Lookups): Resolution | undefined {
  const members = preferMembers(all, lookups);
  const judged = members.map((definition) => {
    const owner = lastOf(definition.scope);
    return { definition, alike: likeness(receiver, owner), seen: seenAs(mention, definition, lookups) };
  });
  const seen = judged.filter((each) => each.seen !== "name");
  const closest = Math.max(0, ...seen.map(({ alike }) => alike));
  const called = seen.filter(({ alike }) => alike > 0 && alike === closest);
  if (called.length > 0) return resolution(called.map(confidently), all);
  // the only ones there are
  if (seen.length === judged.length && seen.length > 0 && receiver !== "")
    return resolution(seen.map(confidently), all);
  const exact = judged.filter(({ alike }) => alike === 2).map(({ definition }) => definition);
  return exact.length > 0 ? byName(exact) : undefined;
}

function confidently({ definition, seen }: { definition: DefinitionRow; seen: Confidence }): Resolved {
  return { definition, confidence: seen };
}

/** How a file knows the type that a member belongs to. */
function seenAs(mention: Mention, member: DefinitionRow, lookups: Lookups): Confidence {
  const owner = lastOf(member.scope);
  if (owner === "") return "name";
  const { file, path } = mention;
  if (member.file !== file && !lookups.speaksOf(file, path, owner)) return "name";
  const { targets } = lookups.once(`owner ${mention.file} ${owner}`, () =>
    resolveName(inPlaceOf(mention, owner, "type"), lookups),
  );
  const holder = targets.find(
    ({ definition }) => definition.id === member.parent || isNear(definition, member),
  );
  return holder?.confidence ?? "name";
}

function isNear(type: DefinitionRow, member: DefinitionRow): boolean {
  return member.parent === undefined && (type.path === member.path || type.name === lastOf(member.scope));
}

/** 2: the same but for case, 1: one is the end of the other. */
function likeness(variable: string, type: string): number {
  const [one, other] = [plain(variable), plain(type)];
  if (one.length < LEAST_ALIKE || other.length < LEAST_ALIKE) return 0;
  if (one === other) return 2;
  return one.endsWith(other) || other.endsWith(one) ? 1 : 0;
}

function plain(name: string): string {
  return name.replaceAll(/[^\p{L}\d]/gu, "").toLowerCase();
}

/** What stands behind a dot is a member where there are any. */
function preferMembers(all: readonly DefinitionRow[], lookups: Lookups): readonly DefinitionRow[] {
  const members = all.filter((each) => isMember(each, lookups));
  return members.length > 0 ? members : all;
}

/** A call of a type's member may reach those of the types below it. */
function withOverrides(found: Resolution, all: readonly DefinitionRow[], lookups: Lookups): Resolution {
  const known = new Set(found.targets.map(({ definition }) => definition.id));
  if (all.length > MOST_OVERRIDES || found.targets.length === 0) return found;
  const owners = found.targets.flatMap(({ definition }) => lookups.definition(definition.parent) ?? []);
  const below = all.filter(
    (each) => !known.has(each.id) && each.scope !== "" && overrides(each, owners, lookups),
  );
  return { ...found, targets: [...found.targets, ...as(below, "name")] };
}

function overrides(each: DefinitionRow, owners: readonly DefinitionRow[], lookups: Lookups): boolean {
  const ids = new Set(owners.map(({ id }) => id));
  if (isBelow(classNamed(lastOf(each.scope), each.path, lookups), ids, lookups)) return true;
  const interfaces = owners.filter(({ kind }) => kind === "interface").map(({ name }) => name);
  if (interfaces.length === 0) return false;
  // what implements an interface does not say so in Go, and in Rust only beside the type
  const family = familyOf(each.path);
  if (family === "go") return each.kind === "method";
  return family === "rust" && interfaces.some((name) => lookups.mentions(each.file).has(name));
}

function distinct(found: readonly Resolved[]): Resolved[] {
  return [...new Map(found.toReversed().map((each) => [each.definition.id, each])).values()].toReversed();
}
