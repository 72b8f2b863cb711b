import type { LanguageTable } from "./language.ts";
import type { Lines } from "./lines.ts";
import { Role, type Roles } from "./roles.ts";
import type { Definition, Import, Reference, ReferenceKind } from "./shapes.ts";
import type { Syntax } from "./syntax.ts";

const MAX_NAME = 120;
/** `a<b<c>>` and `(f)` around what is called. */
const MAX_WRAPS = 4;
const PLAIN = /^[$@]{0,2}[\p{ID_Start}_][\p{ID_Continue}$]*[?!]?$/u;
const VALUES = new Set(["value", "right", "default_value", "default", "type"]);

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

  constructor(syntax: Syntax, lines: Lines, roles: Roles) {
    this.#syntax = syntax;
    this.#lines = lines;
    this.#table = roles.table;
    this.#claimed = new Uint8Array(syntax.count);
  }

  /** A claimed node is neither a reference nor a definition of its own any more. */
  claim(node: number): void {
    if (node >= 0) this.#claimed[node] = 1;
  }

  isClaimed(node: number): boolean {
    return this.#claimed[node] === 1;
  }

  visit(node: number, { role, within, isDefined }: Visit): void {
    while ((this.#contexts.at(-1)?.after ?? Number.POSITIVE_INFINITY) <= node) this.#contexts.pop();
    const type = this.#syntax.typeOf(node);
    if ((role & (Role.context | Role.inherit)) !== 0) this.#enter(node, type);
    if ((role & Role.silent) !== 0) this.claim(this.#syntax.child(node, this.#table.silent?.[type] ?? ""));
    if ((role & Role.local) !== 0 && !isDefined) this.#bind(node, { type, within });
    if ((role & Role.call) !== 0) this.#call(node, { type, within });
    if ((role & Role.member) !== 0 && !this.isClaimed(node)) this.#member(node, within);
    if ((role & Role.name) !== 0 && !this.isClaimed(node)) {
      const kind = this.#kindAt(node) ?? this.#table.names[type] ?? "use";
      // of `extends a.B` only `B` is what is inherited from
      const isObject = kind === "inherit" && Object.hasOwn(this.#table.members, this.#parentType(node));
      this.#add(node, { kind: isObject ? "use" : kind, within });
    }
  }

  /** All of them but those that name something local, and each only once a line. */
  kept(definitions: readonly Definition[], imports: readonly Import[]): Reference[] {
    const imported = new Set(imports.flatMap(({ names }) => names.map(({ name, alias }) => alias ?? name)));
    const seen = new Set<string>();
    return this.#found.filter((each) => {
      if (each.receiver === undefined && this.#isLocal(each, { definitions, imported })) return false;
      const key = `${each.line} ${each.kind} ${each.name} ${each.receiver ?? ""}`;
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

  #enter(node: number, type: string): void {
    const kind = this.#table.contexts[type];
    if (kind !== undefined) this.#contexts.push({ from: node, after: this.#syntax.afterOf(node), kind });
    const child = this.#table.inherits?.[type]?.(this.#syntax, node) ?? -1;
    if (child >= 0) this.#contexts.push({ from: child, after: this.#syntax.afterOf(child), kind: "inherit" });
  }

  #kindAt(node: number): ReferenceKind | undefined {
    const context = this.#contexts.at(-1);
    return context === undefined || context.from > node ? undefined : context.kind;
  }

  #parentType(node: number): string {
    return this.#syntax.typeOf(this.#syntax.parentOf(node));
  }

  #bind(node: number, { type, within }: { readonly type: string; readonly within: number }): void {
    for (const field of this.#table.locals[type] ?? []) {
      const tops = field === "" ? [type === "type_parameter" ? node + 1 : node] : this.#inField(node, field);
      for (const each of tops) this.#bindNames(each, within);
    }
  }

  #inField(node: number, field: string): number[] {
    const id = this.#syntax.vocabulary?.field(field) ?? -1;
    return this.#syntax.children(node).filter((each) => this.#syntax.fields[each] === id);
  }

  #bindNames(top: number, within: number): void {
    const { localNames, locals, names, members } = this.#table;
    const end = this.#syntax.afterOf(top);
    const isTypeParameter = this.#parentType(top) === "type_parameter";
    let node = top;
    while (node < end) {
      const type = this.#syntax.typeOf(node);
      const field = this.#syntax.vocabulary?.fieldName(this.#syntax.fields[node] ?? 0) ?? "";
      const isValue = node !== top && (VALUES.has(field) || Object.hasOwn(locals, type));
      if (isValue || Object.hasOwn(members, type)) {
        node = this.#syntax.afterOf(node);
        continue;
      }
      if (this.#syntax.isLeaf(node) && (node === top || isBinding(type, names))) {
        const name = this.#syntax.textOf(node);
        if (isTypeParameter || (localNames?.test(name) ?? true)) this.#bindName(node, { name, within });
      }
      node += 1;
    }
  }

  #bindName(node: number, { name, within }: { readonly name: string; readonly within: number }): void {
    const locals = this.#locals.get(within) ?? new Set();
    this.#locals.set(within, locals.add(name));
    this.claim(node);
  }

  #call(node: number, { type, within }: { readonly type: string; readonly within: number }): void {
    const rule = this.#table.calls[type];
    if (rule === undefined) return;
    const kind = "call";
    if (rule.name !== undefined) {
      const object = rule.object === undefined ? -1 : this.#syntax.child(node, rule.object);
      return this.#add(this.#syntax.child(node, rule.name), { kind, within, object });
    }
    let callee = rule.callee === undefined ? node + 1 : this.#syntax.child(node, rule.callee);
    for (let wraps = 0; wraps < MAX_WRAPS && callee >= 0; wraps += 1) {
      const member = this.#table.members[this.#syntax.typeOf(callee)];
      if (member !== undefined) {
        this.claim(callee);
        const object = this.#syntax.child(callee, member.object);
        return this.#add(this.#syntax.child(callee, member.name), { kind, within, object });
      }
      const isName = Object.hasOwn(this.#table.names, this.#syntax.typeOf(callee));
      if (isName && rule.only?.test(this.#syntax.textOf(callee)) === false) return this.claim(callee);
      if (isName) return this.#add(callee, { kind, within });
      if (!/generic|template|parenthesized|instantiation|scoped/u.test(this.#syntax.typeOf(callee))) return;
      callee += 1;
    }
  }

  #member(node: number, within: number): void {
    const member = this.#table.members[this.#syntax.typeOf(node)];
    if (member === undefined) return;
    const kind = this.#kindAt(node) ?? this.#memberKind(node, member.name);
    const object = this.#syntax.child(node, member.object);
    this.#add(this.#syntax.child(node, member.name), { kind, within, object });
  }

  #memberKind(node: number, field: string): ReferenceKind {
    const name = this.#syntax.child(node, field);
    return name >= 0 && this.#table.names[this.#syntax.typeOf(name)] === "type" ? "type" : "use";
  }

  #add(node: number, { kind, within, object = -1 }: Adding): void {
    if (node < 0 || this.isClaimed(node)) return;
    this.claim(node);
    if (this.#syntax.endOf(node) - this.#syntax.startOf(node) > MAX_NAME) return;
    const name = this.#syntax.textOf(node).replace(/^[$@]+/u, "");
    if (name === "" || /\s/u.test(name) || (object < 0 && this.#table.own?.test(name) === true)) return;
    const receiver = this.#receiver(object);
    const line = this.#lines.at(this.#syntax.startOf(node));
    this.#found.push({ name, line, kind, within, ...(receiver !== undefined && { receiver }) });
  }

  /** One name, or the last one of a path of modules and members; "" for anything else, so that it is no bare name. */
  #receiver(object: number): string | undefined {
    if (object < 0) return undefined;
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
