// Long because one walk over the tree collects every kind of reference.
import type { Callee, LanguageTable } from "./language.ts";
import type { Lines } from "./lines.ts";
import { Origins } from "./origins.ts";
import { Role, type Roles } from "./roles.ts";
import type { Definition, Import, Reference, ReferenceKind } from "./shapes.ts";
import type { Syntax } from "./syntax.ts";

const MAX_NAME = 120;
/** `a<b<c>>` and `(f)` around what is called. */
const MAX_WRAPS = 4;
const PLAIN = /^[$@]{0,2}[\p{ID_Start}_][\p{ID_Continue}$]*[?!]?$/u;
const WRAPS =
  /generic|template|parenthesized|instantiation|scoped|nullable|array_type|member_binding|await|navigation_suffix|user_type|command_name|variable_name/u;
const TYPE_PARAMETER = /type_parameter(?:_declaration|s)?$/u;
const VALUES = new Set(["value", "right", "default_value", "default", "type"]);

const PREPARING = Role.silent | Role.context | Role.inherit;

export interface Visit {
  readonly role: number;
  readonly within: number;
  readonly isDefined: boolean;
}

/** Collects what a file refers to. */
export class References {
  readonly #syntax: Syntax;
  readonly #lines: Lines;
  readonly #table: LanguageTable;
  readonly #claimed: Uint8Array;
  readonly #found: Reference[] = [];
  readonly #locals = new Map<number, Set<string>>();
  readonly #contexts: Context[] = [];
  readonly #origins: Origins | undefined;

  constructor(syntax: Syntax, lines: Lines, roles: Roles) {
    this.#syntax = syntax;
    this.#lines = lines;
    this.#table = roles.table;
    this.#claimed = new Uint8Array(syntax.count);
    const { typing } = roles.table;
    this.#origins = typing === undefined ? undefined : new Origins(syntax, roles.table, typing);
  }

  /** A claimed node is neither a reference nor a definition of its own any more. */
  claim(node: number): void {
    if (node >= 0) this.#claimed[node] = 1;
  }

  /** With all that is in it: `A::b` and `~A` are names of several nodes. */
  claimName(node: number): void {
    if (node >= 0) this.#claimed.fill(1, node, this.#syntax.afterOf(node));
  }

  isClaimed(node: number): boolean {
    return this.#claimed[node] === 1;
  }

  visit(node: number, { role, within, isDefined }: Visit): void {
    while ((this.#contexts.at(-1)?.after ?? Number.POSITIVE_INFINITY) <= node) this.#contexts.pop();
    const type = this.#syntax.typeOf(node);
    if ((role & PREPARING) !== 0) this.#prepare(node, { type, role });
    if ((role & Role.local) !== 0 && !isDefined) this.#bind(node, { type, within });
    if ((role & Role.call) !== 0) this.#call(node, { type, within });
    if (this.isClaimed(node)) return;
    if ((role & Role.member) !== 0) this.#member(node, within);
    else if ((role & Role.name) !== 0) this.#name(node, { type, within });
  }

  #prepare(node: number, { type, role }: { readonly type: string; readonly role: number }): void {
    if ((role & Role.silent) !== 0) this.claim(this.#syntax.child(node, this.#table.silent?.[type] ?? ""));
    const { contexts, inherits } = this.#table;
    const kind = Object.hasOwn(contexts, type) ? contexts[type] : undefined;
    if (kind !== undefined) this.#contexts.push({ from: node, after: this.#syntax.afterOf(node), kind });
    const child = (role & Role.inherit) === 0 ? -1 : (inherits?.[type]?.(this.#syntax, node) ?? -1);
    if (child < 0) return;
    this.#contexts.push({ from: child, after: this.#syntax.afterOf(child), kind: "inherit" });
  }

  #name(node: number, { type, within }: { readonly type: string; readonly within: number }): void {
    const named = this.#isType(node) ? "type" : this.#table.names[type];
    const kind = this.#kindAt(node) ?? named ?? "use";
    // of `extends a.B` only `B` is what is inherited from
    const isObject = kind === "inherit" && Object.hasOwn(this.#table.members, this.#parentType(node));
    this.#add(node, { kind: isObject ? "use" : kind, within });
  }

  /** All of them but those that name something local, and each only once a line. */
  kept(definitions: readonly Definition[], imports: readonly Import[]): Reference[] {
    const imported = new Set(imports.flatMap(({ names }) => names.map(({ name, alias }) => alias ?? name)));
    const seen = new Set<string>();
    return this.#found.filter((each) => {
      if (each.receiver === undefined && this.#isLocal(each, { definitions, imported })) return false;
      const key = `${each.line} ${each.kind} ${each.name} ${each.receiver ?? ""} ${each.origin ?? ""}`;
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    });
  }

  #isLocal({ name, within }: Reference, known: Known): boolean {
    for (let at = within; at >= 0; at = known.definitions[at]?.parent ?? -1) {
      if (this.#locals.get(at)?.has(name) === true) return true;
    }
    return this.#locals.get(-1)?.has(name) === true && !known.imported.has(name);
  }

  #isType(node: number): boolean {
    const { typeFields } = this.#table;
    if (typeFields === undefined) return false;
    let top = node;
    for (let wraps = 0; wraps < MAX_WRAPS && WRAPS.test(this.#parentType(top)); wraps += 1) {
      top = this.#syntax.parentOf(top);
    }
    return typeFields.includes(this.#syntax.vocabulary?.fieldName(this.#syntax.fields[top] ?? 0) ?? "");
  }

  #kindAt(node: number): ReferenceKind | undefined {
    const context = this.#contexts.at(-1);
    return context === undefined || context.from > node ? undefined : context.kind;
  }

  #parentType(node: number): string {
    return this.#syntax.typeOf(this.#syntax.parentOf(node));
  }

  #bind(node: number, { type, within }: { readonly type: string; readonly within: number }): void {
    this.#origins?.bind(node);
    for (const field of this.#table.locals[type] ?? []) {
      const tops = field === "" ? [TYPE_PARAMETER.test(type) ? node + 1 : node] : this.#inField(node, field);
      for (const each of tops) this.#bindNames(each, within);
    }
  }

  #inField(node: number, field: string): number[] {
    const id = this.#syntax.vocabulary?.field(field) ?? -1;
    return this.#syntax.children(node).filter((each) => this.#syntax.fields[each] === id);
  }

  #bindNames(top: number, within: number): void {
    const end = this.#syntax.afterOf(top);
    const isAny = TYPE_PARAMETER.test(this.#parentType(top));
    let node = top;
    while (node < end) {
      const type = this.#syntax.typeOf(node);
      if (node !== top && this.#bindsNothing(node, type)) {
        node = this.#syntax.afterOf(node);
        continue;
      }
      const mayBind = this.#syntax.isLeaf(node) && (node === top || isBinding(type, this.#table.names));
      if (mayBind) this.#bindName(node, { isAny, within });
      node += 1;
    }
  }

  /** Default values, types, `a.b` on the left of an assignment, and what binds names by itself. */
  #bindsNothing(node: number, type: string): boolean {
    const field = this.#syntax.vocabulary?.fieldName(this.#syntax.fields[node] ?? 0) ?? "";
    const { locals, members } = this.#table;
    // `{ key: name }` binds what stands as a value
    const isValue = VALUES.has(field) && this.#parentType(node) !== "pair_pattern";
    return isValue || Object.hasOwn(locals, type) || Object.hasOwn(members, type);
  }

  #bindName(node: number, { isAny, within }: { readonly isAny: boolean; readonly within: number }): void {
    const name = this.#syntax.textOf(node);
    if (!isAny && this.#table.localNames?.test(name) === false) return;
    const locals = this.#locals.get(within) ?? new Set();
    this.#locals.set(within, locals.add(name));
    this.claim(node);
  }

  #call(node: number, { type, within }: { readonly type: string; readonly within: number }): void {
    const rule = this.#table.calls[type];
    if (rule === undefined) return;
    if (rule.name !== undefined) {
      const object = rule.object === undefined ? -1 : this.#syntax.child(node, rule.object);
      const name = this.#syntax.child(node, rule.name);
      if (name < 0 || rule.only?.test(this.#syntax.textOf(name)) === false) return;
      return this.#add(name, { kind: "call", within, object });
    }
    let callee = rule.callee === undefined ? node + 1 : this.#syntax.child(node, rule.callee);
    for (let wraps = 0; wraps < MAX_WRAPS && callee >= 0; wraps += 1) {
      if (this.#callNamed(callee, { rule, within })) return;
      if (!WRAPS.test(this.#syntax.typeOf(callee))) return;
      callee += 1;
    }
  }

  /** False when the callee is neither a name nor a member. */
  #callNamed(callee: number, { rule, within }: { readonly rule: Callee; readonly within: number }): boolean {
    const type = this.#syntax.typeOf(callee);
    const member = Object.hasOwn(this.#table.members, type) ? this.#table.members[type] : undefined;
    if (member !== undefined) {
      this.claim(callee);
      const object = this.#part(callee, member.object);
      this.#add(this.#part(callee, member.name), { kind: "call", within, object });
      return true;
    }
    if (!Object.hasOwn(this.#table.names, type)) return false;
    if (rule.only?.test(this.#syntax.textOf(callee)) === false) this.claim(callee);
    else this.#add(callee, { kind: "call", within });
    return true;
  }

  #member(node: number, within: number): void {
    const member = this.#table.members[this.#syntax.typeOf(node)];
    if (member === undefined) return;
    const kind = this.#kindAt(node) ?? this.#memberKind(node, member.name);
    const object = this.#part(node, member.object);
    const name = this.#part(node, member.name);
    // `a::b::c` is a path in a path, which comes by itself
    if (Object.hasOwn(this.#table.members, this.#syntax.typeOf(name))) return;
    this.#add(name, { kind, within, object });
  }

  #part(node: number, field: string): number {
    if (!field.startsWith("#")) return this.#syntax.child(node, field);
    return this.#syntax.children(node).at(Number(field.slice(1))) ?? -1;
  }

  #memberKind(node: number, field: string): ReferenceKind {
    const name = this.#part(node, field);
    return name >= 0 && this.#table.names[this.#syntax.typeOf(name)] === "type" ? "type" : "use";
  }

  /** The name in `a<b>`, `.b`, `$b`. */
  #unwrapped(top: number): number {
    let node = top;
    for (let wraps = 0; wraps < MAX_WRAPS && node >= 0 && !this.#syntax.isLeaf(node); wraps += 1) {
      if (!WRAPS.test(this.#syntax.typeOf(node))) break;
      node += 1;
    }
    return node;
  }

  #add(top: number, { kind, within, object = -1 }: Adding): void {
    const node = this.#unwrapped(top);
    if (node < 0 || this.isClaimed(node)) return;
    this.claim(node);
    if (this.#syntax.endOf(node) - this.#syntax.startOf(node) > MAX_NAME) return;
    const name = this.#syntax.textOf(node).replace(/^[$@]+/u, "");
    if (!/^[^\s\d]\S*$/u.test(name) || (object < 0 && this.#table.own?.test(name) === true)) return;
    const line = this.#lines.at(this.#syntax.startOf(node));
    this.#found.push({ name, line, kind, within, ...(object >= 0 && this.#before(object, kind)) });
  }

  #before(object: number, kind: ReferenceKind): Pick<Reference, "receiver" | "origin"> {
    const receiver = this.#receiver(object);
    const origin = kind === "call" ? this.#origins?.of(object) : undefined;
    return origin === undefined ? { receiver } : { receiver, origin };
  }

  /** One name, or the last one of a path of modules and members; "" for anything else, so that it is no bare name. */
  #receiver(object: number): string {
    const member = this.#table.members[this.#syntax.typeOf(object)];
    const node = member === undefined ? object : this.#syntax.child(object, member.name);
    if (node < 0 || this.#syntax.endOf(node) - this.#syntax.startOf(node) > MAX_NAME) return "";
    const text = this.#syntax.textOf(node);
    return PLAIN.test(text) ? text.replace(/^[$@]+/u, "") : "";
  }
}

/** Within these nodes every name is of this kind. */
interface Context {
  readonly from: number;
  readonly after: number;
  readonly kind: ReferenceKind;
}

interface Known {
  readonly definitions: readonly Definition[];
  readonly imported: ReadonlySet<string>;
}

interface Adding {
  readonly kind: ReferenceKind;
  readonly within: number;
  readonly object?: number;
}

function isBinding(type: string, names: LanguageTable["names"]): boolean {
  return (names[type] ?? "type") === "use" || type.endsWith("_pattern");
}
