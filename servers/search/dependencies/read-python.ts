import { parse } from "smol-toml";
import * as z from "zod";
import { linesIn, type LineOf } from "./line-of.ts";
import type { Declared, Manifest } from "./shapes.ts";

const Lines = z.array(z.unknown()).catch([]);
const Poetry = z.record(z.string(), z.unknown()).optional().catch(undefined);
const Pyproject = z.object({
  project: z
    .object({
      dependencies: Lines.optional(),
      "optional-dependencies": z.record(z.string(), Lines).optional(),
    })
    .optional(),
  "dependency-groups": z.record(z.string(), Lines).optional(),
  "build-system": z.object({ requires: Lines.optional() }).optional(),
  tool: z
    .object({
      poetry: z
        .object({
          dependencies: Poetry,
          "dev-dependencies": Poetry,
          group: z.record(z.string(), z.object({ dependencies: Poetry })).optional(),
        })
        .optional(),
    })
    .optional(),
});
/** A requirement: name, extras, then versions up to a marker or a comment (PEP 508). */
const REQUIREMENT = /^\s*([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*([^;#]*)/u;

/** `pyproject.toml`: PEP 621, dependency groups, Poetry. Throws for what is no TOML. */
export function readPyproject(text: string): Manifest {
  const parsed = Pyproject.parse(parse(text));
  const lineOf = linesIn(text);
  const standard = standardLists(parsed).flatMap(([group, lines]) =>
    lines.flatMap((line) => (typeof line === "string" ? requirement(line, group, lineOf(line)) : [])),
  );
  const poetry = poetryTables(parsed).flatMap(([group, table]) => fromPoetry(lineOf, table, group));
  return { ecosystem: "pypi", declared: [...standard, ...poetry] };
}

type Parsed = z.output<typeof Pyproject>;

function standardLists({ project, ...rest }: Parsed): [group: string, lines: readonly unknown[]][] {
  return [
    ["", project?.dependencies ?? []],
    ...Object.entries(project?.["optional-dependencies"] ?? {}),
    ...Object.entries(rest["dependency-groups"] ?? {}),
    ["build", rest["build-system"]?.requires ?? []],
  ];
}

function poetryTables({ tool }: Parsed): [group: string, table: z.output<typeof Poetry>][] {
  const { dependencies, group = {}, ...rest } = tool?.poetry ?? { dependencies: {} };
  return [
    ["", dependencies],
    ["dev", rest["dev-dependencies"]],
    ...Object.entries(group).map(([name, table]): [string, z.output<typeof Poetry>] => [
      name,
      table.dependencies,
    ]),
  ];
}

function fromPoetry(
  lineOf: LineOf,
  table: Readonly<Record<string, unknown>> | undefined,
  group: string,
): Declared[] {
  const names = Object.entries(table ?? {}).filter(([name]) => name !== "python");
  return names.map(([name, wanted]) => {
    const { version } = z
      .object({ version: z.string().catch("") })
      .catch({ version: "" })
      .parse(wanted);
    return { name, range: typeof wanted === "string" ? wanted : version, group, line: lineOf(name) };
  });
}

/** `requirements*.txt`: lines of options, other files and addresses are left out. */
export function readRequirements(text: string, group: string): Manifest {
  const declared = text
    .split("\n")
    .flatMap((line, index) =>
      /^\s*(?:-|#|$|[a-z+]+:\/\/)/u.test(line) ? [] : requirement(line, group, index + 1),
    );
  return { ecosystem: "pypi", declared };
}

function requirement(line: string, group: string, at: number): Declared[] {
  const [, name, range = ""] = REQUIREMENT.exec(line) ?? [];
  if (name === undefined) return [];
  const plain = range.split(/\s--/u)[0] ?? "";
  return [{ name, range: plain.replace(/\\\s*$/u, "").trim(), group, line: at }];
}
