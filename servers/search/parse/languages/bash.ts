import { named, unquoted, type Found, type LanguageTable, type Place } from "../language.ts";
import type { Import } from "../shapes.ts";
import type { Syntax } from "../syntax.ts";

export const bash: LanguageTable = {
  grammar: "bash",
  longest: 100_000,
  definitions: { function_definition: named("function"), variable_assignment: variable },
  comments: ["comment"],
  decorators: [],
  wrappers: ["declaration_command"],
  functions: [],
  calls: { command: { name: "name", only: /^[\w.:-]+$/u } },
  members: {},
  names: {},
  contexts: {},
  locals: {},
  own: /^(?:echo|cd|export|local|return|exit|set|shift|read|printf|test|eval|exec|trap|unset|true|false|source|\.|:)$/u,
  imports: { command: source },
  isExported: () => true,
};

function variable(syntax: Syntax, node: number, { inFunction }: Place): Found | undefined {
  const nameNode = syntax.child(node, "name");
  // a variable that is set for one command alone
  const isForCommand = syntax.typeOf(syntax.parentOf(node)) === "command";
  if (inFunction || isForCommand || nameNode < 0 || syntax.typeOf(nameNode) !== "variable_name")
    return undefined;
  return { name: syntax.textOf(nameNode), kind: "constant", nameNode, body: -1 };
}

function source(syntax: Syntax, node: number): Omit<Import, "line">[] {
  const name = syntax.child(node, "name");
  const path = syntax.child(node, "argument");
  if (name < 0 || path < 0 || !/^(?:source|\.)$/u.test(syntax.textOf(name))) return [];
  return [{ source: unquoted(syntax.textOf(path)), names: [{ name: "*" }] }];
}
