import type { Bound, LanguageTable, Typing } from "./language.ts";
import type { Syntax } from "./syntax.ts";

const MAX_DEPTH = 12;
const MAX_LENGTH = 120;
const UNKNOWN = "?";

interface Local {
  readonly from: number;
  readonly after: number;
  readonly bound: Bound;
  /** Worked out when somebody asks: most are never asked for. */
  origin?: string;
}

interface Asked {
  /** The place as which names are looked up. */
  readonly at: number;
  readonly depth: number;
}

/** Follows local names, so that of a value it can be said how it came about. Nodes are told in the order of the text. */
export class Origins {
  readonly #syntax: Syntax;
  readonly #table: LanguageTable;
  readonly #typing: Typing;
  readonly #scopes: ReadonlySet<string>;
  readonly #locals = new Map<string, Local[]>();

  constructor(syntax: Syntax, table: LanguageTable, typing: Typing) {
    this.#syntax = syntax;
    this.#table = table;
    this.#typing = typing;
    this.#scopes = new Set(typing.scopes);
  }

  /** The names that a node binds live in it, or from its end to that of what is around it; at the top of a file they are no locals. */
  bind(node: number): void {
    const scope = this.#scopeOf(node);
    if (scope < 0) return;
    const bound = this.#typing.binds[this.#syntax.typeOf(node)]?.(this.#syntax, node) ?? [];
    const after = this.#syntax.afterOf(scope);
    const from = scope === node ? node : this.#syntax.afterOf(node);
    for (const each of bound) {
      const name = this.#syntax.textOf(each.name);
      const locals = this.#locals.get(name);
      // what ended is not looked at again
      while ((locals?.at(-1)?.after ?? Number.POSITIVE_INFINITY) <= node) locals?.pop();
      if (locals === undefined) this.#locals.set(name, [{ from, after, bound: each }]);
      else locals.push({ from, after, bound: each });
    }
  }

  /** How an expression's value came about; undefined where a type or a module may stand, and nothing is to be added. */
  of(node: number): string | undefined {
    const origin = this.#of(node, node, MAX_DEPTH);
    return origin !== undefined && /^\w+$/u.test(origin) ? undefined : (origin ?? UNKNOWN);
  }

  #originOf({ name, type = -1, value = -1, part }: Bound, depth: number): string {
    if (type >= 0) return this.#typeAt(type, name) ?? UNKNOWN;
    const origin = value < 0 ? undefined : this.#of(value, name, depth);
    if (origin === undefined) return UNKNOWN;
    if (part === undefined || part === 0) return origin;
    if (part === "item") return `${origin} []`;
    return origin.endsWith("()") ? `${origin}#${part}` : UNKNOWN;
  }

  /** `at`: the place as which names are looked up. */
  #of(node: number, at: number, depth: number): string | undefined {
    if (node < 0 || depth === 0) return undefined;
    const type = this.#syntax.typeOf(node);
    const written = this.#typing.typed[type]?.(this.#syntax, node) ?? -1;
    if (written >= 0) return this.#typeAt(written, at);
    const part = this.#typing.parts[type]?.(this.#syntax, node);
    if (part?.isItem === true) return this.#step(part.node, "[]", { at, depth });
    if (part !== undefined) return this.#of(part.node, at, depth - 1);
    return this.#named(node, { type, at, depth });
  }

  #named(node: number, { type, at, depth }: Asked & { readonly type: string }): string | undefined {
    const { calls, members, names } = this.#table;
    const callee = calls[type]?.callee;
    if (callee !== undefined) return this.#called(this.#syntax.child(node, callee), at, depth);
    const member = members[type];
    if (member === undefined)
      return this.#syntax.isLeaf(node) && Object.hasOwn(names, type)
        ? this.#local(node, { at, depth })
        : undefined;
    const name = this.#nameAt(this.#syntax.child(node, member.name));
    return this.#step(this.#syntax.child(node, member.object), `.${name}`, { at, depth });
  }

  #called(callee: number, at: number, depth: number): string | undefined {
    // `New[int]()`: whether that is an item of a list, who resolves it knows
    const origin = this.#of(callee, at, depth - 1)?.replace(/ \[\]$/u, "");
    // what a value of a type gives when it is called, nobody knows
    return origin === undefined || !/(?:^|\s\.)\w+$/u.test(origin) ? undefined : `${origin}()`;
  }

  #step(object: number, step: string, { at, depth }: Asked): string | undefined {
    const origin = this.#of(object, at, depth - 1);
    return origin === undefined || origin.length > MAX_LENGTH ? undefined : `${origin} ${step}`;
  }

  /** A name that is not local stands for itself. */
  #local(node: number, { at, depth }: Asked): string | undefined {
    const name = this.#nameAt(node);
    const local = this.#find(name, at);
    if (local === undefined) return name;
    local.origin ??= this.#originOf(local.bound, depth - 1);
    return local.origin === UNKNOWN ? undefined : local.origin;
  }

  #find(name: string, at: number): Local | undefined {
    return this.#locals.get(name)?.findLast(({ from, after }) => from <= at && at < after);
  }

  #nameAt(node: number): string {
    return node < 0 ? "" : this.#syntax.textOf(node);
  }

  #typeAt(node: number, at: number): string | undefined {
    const raw = this.#syntax.textOf(node);
    const text = /\s/u.test(raw) ? raw.replaceAll(/\s+/gu, "") : raw;
    // a type's parameter is any type
    const isAny = this.#find(/^\W*(\w+)$/u.exec(text)?.[1] ?? "", at) !== undefined;
    return text.length > MAX_LENGTH || isAny ? undefined : `:${text}`;
  }

  #scopeOf(node: number): number {
    let each = node;
    while (each >= 0 && !this.#scopes.has(this.#syntax.typeOf(each))) each = this.#syntax.parentOf(each);
    return each;
  }
}
