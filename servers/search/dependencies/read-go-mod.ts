import type { Declared, Manifest } from "./shapes.ts";

const MAX_LINE = 2_000;

/** `go.mod`: the versions in it are the ones that are used, unless a later one is asked for by another module. */
export function readGoMod(text: string): Manifest {
  const declared: Declared[] = [];
  let block: string | undefined;
  for (const [index, line] of text.split("\n").entries()) {
    // longer ones are nobody's, and would cost time
    const plain = line.slice(0, MAX_LINE).trim();
    if (plain === ")") block = undefined;
    const opened = /^(\w+)\s*\($/u.exec(plain)?.[1];
    block = opened ?? block;
    const asked = block === "require" ? plain : /^require\s+(.+)$/u.exec(plain)?.[1];
    const [, name, range] = /^(\S+)\s+(v\S+)/u.exec(asked ?? "") ?? [];
    if (name === undefined || range === undefined) continue;
    declared.push({ name, range, group: /\/\/ indirect/u.test(line) ? "indirect" : "", line: index + 1 });
  }
  return { ecosystem: "go", declared };
}
