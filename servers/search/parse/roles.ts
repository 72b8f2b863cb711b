import type { Define, LanguageTable } from "./language.ts";
import type { Vocabulary } from "./syntax.ts";

/** What a node type means to its language, as bits. */
export const Role = {
  comment: 1,
  decorator: 2,
  definition: 4,
  function: 8,
  scope: 16,
  call: 32,
  member: 64,
  name: 128,
  context: 256,
  local: 512,
  import: 1024,
  export: 2048,
  silent: 4096,
  inherit: 8192,
  skipped: 16384,
} as const;

/** A language's table by the numbers of its grammar's node types. */
export class Roles {
  readonly table: LanguageTable;
  readonly byType: Uint16Array;
  readonly #define: readonly (Define | undefined)[];

  constructor(table: LanguageTable, { types, named }: Vocabulary) {
    this.table = table;
    const roles = rolesOf(table);
    // a token without a name may be called like a node: it plays no role
    this.byType = Uint16Array.from(types, (type, id) => (named[id] === 1 ? (roles.get(type) ?? 0) : 0));
    this.#define = types.map((type) =>
      Object.hasOwn(table.definitions, type) ? table.definitions[type] : undefined,
    );
  }

  define(type: number): Define | undefined {
    return this.#define[type];
  }
}

function rolesOf(table: LanguageTable): Map<string, number> {
  const roles = new Map<string, number>();
  const add = (types: readonly string[], role: number): void => {
    for (const type of types) roles.set(type, (roles.get(type) ?? 0) | role);
  };
  add(table.comments, Role.comment);
  add(table.decorators, Role.decorator);
  add(table.functions, Role.function);
  add(Object.keys(table.definitions), Role.definition);
  add(Object.keys(table.scopes ?? {}), Role.scope);
  add(Object.keys(table.calls), Role.call);
  add(Object.keys(table.members), Role.member);
  add(Object.keys(table.names), Role.name);
  add(Object.keys(table.contexts), Role.context);
  add(Object.keys(table.locals), Role.local);
  add(Object.keys(table.imports), Role.import);
  add(Object.keys(table.exports ?? {}), Role.export);
  add(Object.keys(table.silent ?? {}), Role.silent);
  add(Object.keys(table.inherits ?? {}), Role.inherit);
  add(table.skipped ?? [], Role.skipped);
  return roles;
}
