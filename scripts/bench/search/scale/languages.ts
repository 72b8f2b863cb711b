/** A statement that calls something and keeps what comes of it. */
export interface Statement {
  readonly into: string;
  readonly call: readonly [string, string];
  readonly of: readonly [string, string];
  readonly number: number;
}

export interface MadeFunction {
  readonly doc: string;
  readonly name: readonly string[];
  readonly argument: string;
  readonly body: readonly string[];
}

/** How a language writes a function. */
export interface Language {
  readonly ending: string;
  statement(statement: Statement): string;
  function(made: MadeFunction): string;
  file(functions: readonly string[], name: string): string;
}

const camel = ([first = "", ...rest]: readonly string[]): string => first + rest.map(capital).join("");
const snake = (words: readonly string[]): string => words.join("_");
const indent = (lines: readonly string[], by: string): string =>
  lines.map((line) => `${by}${line}`).join("\n");

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

export const LANGUAGES: readonly Language[] = [
  {
    ending: "ts",
    statement: ({ into, call, of, number }) => `${into} = ${camel(call)}(${of[0]}.${of[1]}, ${number});`,
    function: ({ doc, name, argument, body }) =>
      `/** ${doc} */\nexport function ${camel(name)}(${argument}: string): string {\n${indent(body, "  ")}\n  return ${argument};\n}`,
    file: (functions) => `${functions.join("\n\n")}\n`,
  },
  {
    ending: "py",
    statement: ({ into, call, of, number }) => `${into} = ${snake(call)}(${of[0]}.${of[1]}, ${number})`,
    function: ({ doc, name, argument, body }) =>
      `def ${snake(name)}(${argument}):\n    """${doc}"""\n${indent(body, "    ")}\n    return ${argument}`,
    file: (functions) => `${functions.join("\n\n\n")}\n`,
  },
  {
    ending: "go",
    statement: ({ into, call, of, number }) =>
      `${into} = ${camel(call)}(${of[0]}.${capital(of[1])}, ${number})`,
    function: ({ doc, name, argument, body }) =>
      `// ${doc}\nfunc ${capital(camel(name))}(${argument} string) string {\n${indent(body, "\t")}\n\treturn ${argument}\n}`,
    file: (functions, name) => `package ${name}\n\n${functions.join("\n\n")}\n`,
  },
  {
    ending: "java",
    statement: ({ into, call, of, number }) => `${into} = ${camel(call)}(${of[0]}.${of[1]}, ${number});`,
    function: ({ doc, name, argument, body }) =>
      `    /** ${doc} */\n    String ${camel(name)}(String ${argument}) {\n${indent(body, "        ")}\n        return ${argument};\n    }`,
    file: (functions, name) => `class ${capital(name)} {\n${functions.join("\n\n")}\n}\n`,
  },
  {
    ending: "rs",
    statement: ({ into, call, of, number }) => `let ${into} = ${snake(call)}(&${of[0]}.${of[1]}, ${number});`,
    function: ({ doc, name, argument, body }) =>
      `/// ${doc}\npub fn ${snake(name)}(${argument}: &str) -> &str {\n${indent(body, "    ")}\n    ${argument}\n}`,
    file: (functions) => `${functions.join("\n\n")}\n`,
  },
];
