import { Leading, type Above } from "./leading.ts";
import type { Found, LanguageTable } from "./language.ts";
import type { Lines } from "./lines.ts";
import { References } from "./references.ts";
import { Role, type Roles } from "./roles.ts";
import type { Definition, DefinitionKind, Import, Reference } from "./shapes.ts";
import { headOf, outerNode, signatureOf } from "./signature.ts";
import { innerDocOf } from "./inner-doc.ts";
import type { Syntax } from "./syntax.ts";
import type { Block } from "./units.ts";

/** Deeper ones are part of what they lie in: nobody nests so deep by hand. */
const MAX_DEPTH = 24;
const MAX_NAME = 120;
/** A table or a type of so many lines stands for itself. */
const LONG_VALUE_LINES = 4;
const FUNCTIONS: readonly DefinitionKind[] = ["function", "method", "macro"];
const CONTAINERS: readonly DefinitionKind[] = ["class", "interface", "module"];

const STRUCTURE = Role.comment | Role.decorator | Role.export | Role.scope | Role.definition | Role.function;

/** What a syntax tree says of its file. */
export interface SyntaxReading {
  readonly definitions: readonly Definition[];
  readonly references: readonly Reference[];
  readonly imports: readonly Import[];
  readonly blocks: readonly Block[];
}

interface Frame {
  readonly after: number;
  readonly definition: number;
  readonly scope: string;
  readonly kind: DefinitionKind | undefined;
  readonly inFunction: boolean;
  /** What a scope adds to, when it is defined in the same file: the struct of an `impl`. */
  readonly owner?: number;
}

type Draft = { -readonly [Key in keyof Definition]: Definition[Key] };

/** Reads definitions, references and imports out of a tree in one pass. */
export function readSyntax(syntax: Syntax, lines: Lines, roles: Roles): SyntaxReading {
  return new Reader(syntax, lines, roles).read();
}

class Reader {
  readonly #syntax: Syntax;
  readonly #lines: Lines;
  readonly #roles: Roles;
  readonly #table: LanguageTable;
  readonly #leading: Leading;
  readonly #references: References;
  readonly #definitions: Draft[] = [];
  readonly #imports: Import[] = [];
  readonly #blocks: Block[] = [];
  readonly #exported = new Set<string>();
  #frames: Frame[] = [];

  constructor(syntax: Syntax, lines: Lines, roles: Roles) {
    this.#syntax = syntax;
    this.#lines = lines;
    this.#roles = roles;
    this.#table = roles.table;
    this.#leading = new Leading(lines, roles.table.docMarks);
    this.#references = new References(syntax, lines, roles);
    this.#frames = [{ after: syntax.count, definition: -1, scope: "", kind: undefined, inFunction: false }];
  }

  read(): SyntaxReading {
    const { count, type } = this.#syntax;
    const { byType } = this.#roles;
    let node = 0;
    while (node < count) {
      const role = byType[type[node] ?? 0] ?? 0;
      node = role === 0 ? node + 1 : this.#visit(node, role);
    }
    for (const each of this.#definitions) {
      if (each.parent < 0 && this.#exported.has(each.name)) each.exported = true;
      if (each.parent >= 0 && this.#definitions[each.parent]?.exported !== true) each.exported = false;
    }
    return {
      definitions: this.#definitions,
      references: this.#references.kept(this.#definitions, this.#imports),
      imports: this.#imports,
      blocks: this.#blocks,
    };
  }

  /** The node to go on with. */
  #visit(node: number, role: number): number {
    while (this.#frame().after <= node) this.#frames.pop();
    if ((role & Role.import) !== 0 && this.#addImports(node)) return this.#syntax.afterOf(node);
    const isDefined = (role & STRUCTURE) !== 0 && this.#structure(node, role);
    if ((role & Role.skipped) !== 0) return this.#syntax.afterOf(node);
    const { owner, definition } = this.#frame();
    this.#references.visit(node, { role, within: owner ?? definition, isDefined });
    return node + 1;
  }

  /** True when it defines something. */
  #structure(node: number, role: number): boolean {
    if ((role & (Role.comment | Role.decorator)) !== 0) this.#addLeading(node, role);
    if ((role & Role.export) !== 0) this.#addExports(node);
    if ((role & Role.scope) !== 0) this.#openScope(node);
    if ((role & Role.definition) !== 0 && this.#define(node)) return true;
    if ((role & Role.function) !== 0 && !this.#references.isClaimed(node)) this.#openFunction(node);
    return false;
  }

  #frame(): Frame {
    const frame = this.#frames.at(-1);
    if (frame === undefined) throw new Error("a node is outside of its tree");
    return frame;
  }

  #addLeading(node: number, role: number): void {
    const isDecorator = (role & Role.decorator) !== 0;
    this.#leading.add(this.#syntax.startOf(node), this.#syntax.endOf(node), isDecorator);
  }

  #addImports(node: number): boolean {
    const found = this.#table.imports[this.#syntax.typeOf(node)]?.(this.#syntax, node) ?? [];
    const line = this.#lines.at(this.#syntax.startOf(node));
    for (const each of found) this.#imports.push({ ...each, line });
    return found.length > 0;
  }

  #addExports(node: number): void {
    const names = this.#table.exports?.[this.#syntax.typeOf(node)]?.(this.#syntax, node) ?? [];
    for (const name of names) this.#exported.add(name);
  }

  #openScope(node: number): void {
    const name = this.#table.scopes?.[this.#syntax.typeOf(node)]?.(this.#syntax, node) ?? "";
    const frame = this.#frame();
    if (name === "" || this.#frames.length > MAX_DEPTH) return;
    const startLine = this.#leading.above(this.#lineOf(node)).docLine;
    this.#blocks.push({ startLine, endLine: this.#endLineOf(node), definition: -1, isWhole: false });
    const scope = joined(frame.scope, name.slice(0, MAX_NAME));
    const owner = this.#definitions.findLastIndex((each) => each.name === name && each.scope === frame.scope);
    const opened = { ...frame, after: this.#syntax.afterOf(node), scope, kind: "class" } as const;
    this.#frames.push(owner < 0 ? opened : { ...opened, owner });
  }

  #openFunction(node: number): void {
    if (this.#frames.length > MAX_DEPTH) return;
    const after = this.#syntax.afterOf(node);
    this.#frames.push({ ...this.#frame(), after, kind: "function", inFunction: true });
  }

  #define(node: number): boolean {
    const frame = this.#frame();
    if (this.#frames.length > MAX_DEPTH || this.#references.isClaimed(node)) return false;
    const rule = this.#roles.define(this.#syntax.type[node] ?? 0);
    const found = rule?.(this.#syntax, node, { within: frame.kind, inFunction: frame.inFunction });
    if (found === undefined || found.name === "") return false;
    const scope = joined(frame.scope, found.scope ?? "");
    const name = found.name.slice(0, MAX_NAME);
    const definition = this.#definitions.length;
    this.#definitions.push(this.#draft(node, { ...found, name }, scope));
    this.#references.claimName(found.nameNode);
    if (found.value !== undefined) this.#claimValue(found.value);
    this.#frames.push({
      after: this.#syntax.afterOf(node),
      definition,
      scope: joined(scope, name),
      kind: found.kind,
      inFunction: FUNCTIONS.includes(found.kind) || (frame.inFunction && !CONTAINERS.includes(found.kind)),
    });
    return true;
  }

  /** The name that a function has beside the one it is assigned to is not looked at. */
  #claimValue(value: number): void {
    this.#references.claim(value);
    this.#references.claim(this.#syntax.child(value, "name"));
  }

  #draft(node: number, found: Found, scope: string): Draft {
    const frame = this.#frame();
    const outer = outerNode(this.#syntax, this.#table, node);
    const above = this.#leading.above(this.#lineOf(outer));
    const parent = this.#definitions[frame.definition];
    const startLine = Math.max(above.startLine, parent?.startLine ?? 1);
    const endLine = Math.max(startLine, this.#endLineOf(outer));
    const head = headOf(this.#syntax, { node, outer, found, within: frame.kind });
    this.#addBlock(found, { ...above, startLine }, endLine);
    return {
      name: found.name,
      scope,
      kind: found.kind,
      startLine,
      endLine,
      nameLine: this.#lines.at(this.#syntax.startOf(found.nameNode < 0 ? node : found.nameNode)),
      signature: signatureOf(this.#syntax, this.#table, { outer, found }),
      docLine: Math.min(startLine, Math.max(above.docLine, parent?.startLine ?? 1)),
      doc: innerDocOf(this.#syntax, this.#table, found.body) || above.doc,
      parent: frame.definition,
      exported:
        (found.exported ?? this.#table.isExported(head)) && !(frame.inFunction && found.exported !== true),
    };
  }

  #addBlock({ kind, body }: Found, { startLine, docLine }: Above, endLine: number): void {
    const isLong = endLine - startLine + 1 >= LONG_VALUE_LINES;
    const isFunction = FUNCTIONS.includes(kind);
    const isContainer = CONTAINERS.includes(kind) && endLine > startLine;
    const hasCode = body >= 0 || (kind === "macro" && isLong);
    if (isFunction ? !hasCode : !isContainer && !isLong) return;
    const definition = this.#definitions.length;
    this.#blocks.push({ startLine: Math.min(docLine, startLine), endLine, definition, isWhole: isFunction });
  }

  #lineOf(node: number): number {
    return this.#lines.at(this.#syntax.startOf(node));
  }

  #endLineOf(node: number): number {
    const start = this.#syntax.startOf(node);
    let end = this.#syntax.endOf(node);
    while (end > start + 1 && /\s/u.test(this.#syntax.text[end - 1] ?? "")) end -= 1;
    return this.#lines.at(Math.max(start, end - 1));
  }
}

function joined(scope: string, name: string): string {
  return scope === "" || name === "" ? scope + name : `${scope}.${name}`;
}
