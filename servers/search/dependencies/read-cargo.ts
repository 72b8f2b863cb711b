import { parse } from "smol-toml";
import * as z from "zod";
import { Locked } from "./locked.ts";
import type { Declared, Manifest, Resolved } from "./shapes.ts";
import { linesInToml } from "./toml-lines.ts";

const Wanted = z.union([
  z.string(),
  z.object({
    version: z.string().optional(),
    package: z.string().optional(),
    path: z.string().optional(),
    git: z.string().optional(),
    workspace: z.boolean().optional(),
  }),
]);
const Table = z.record(z.string(), Wanted).optional().catch(undefined);
const Tables = z.object({
  dependencies: Table,
  "dev-dependencies": Table,
  "build-dependencies": Table,
});
const CargoToml = Tables.extend({
  workspace: z.object({ dependencies: Table }).optional(),
  target: z.record(z.string(), Tables).optional(),
});
const GROUPS = [
  ["dependencies", ""],
  ["dev-dependencies", "dev"],
  ["build-dependencies", "build"],
] as const;

/** `Cargo.toml`, of a package or a workspace. Throws for what is no TOML. */
export function readCargoToml(text: string): Manifest {
  const { target = {}, workspace, ...own } = CargoToml.parse(parse(text));
  const lineOf = linesInToml(text);
  const declaredIn = (within: string, key: string, { table, group }: Dependencies): Declared[] =>
    Object.entries(table ?? {}).map(([name, wanted]) => ({
      ...declaredAs(name, wanted),
      group,
      line: lineOf(within + key, name),
    }));
  const targets = Object.entries(target).map(([name, tables]) => [`target.${name}.`, tables] as const);
  const places = [["", own] as const, ...targets];
  const declared = places.flatMap(([within, tables]) =>
    GROUPS.flatMap(([key, group]) => declaredIn(within, key, { table: tables[key], group })),
  );
  const shared = { table: workspace?.dependencies, group: "workspace" };
  return { ecosystem: "cargo", declared: [...declared, ...declaredIn("workspace.", "dependencies", shared)] };
}

interface Dependencies {
  readonly table: z.output<typeof Table>;
  readonly group: string;
}

function declaredAs(
  key: string,
  wanted: z.output<typeof Wanted>,
): Pick<Declared, "name" | "range" | "alias"> {
  const details = typeof wanted === "string" ? { version: wanted } : wanted;
  const name = details.package ?? key;
  return { name, range: rangeOf(details), ...(name !== key && { alias: key }) };
}

function rangeOf({ version, path, git, workspace }: Exclude<z.output<typeof Wanted>, string>): string {
  if (workspace === true) return "as the workspace says";
  return version ?? (path !== undefined ? `path ${path}` : git !== undefined ? `git ${git}` : "");
}

/** `Cargo.lock`, `poetry.lock`, `uv.lock`: tables called `[[package]]`, read line by line since they are long. */
export function readPackageTables(text: string): Resolved {
  const found = new Locked();
  let name: string | undefined;
  for (const line of text.split("\n")) {
    if (line.startsWith("[")) name = undefined;
    name = /^name = "([^"]+)"/u.exec(line)?.[1] ?? name;
    const version = /^version = "([^"]+)"/u.exec(line)?.[1];
    if (name === undefined || version === undefined) continue;
    found.add(name, version);
    name = undefined;
  }
  return found.versions;
}
