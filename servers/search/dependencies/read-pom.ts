import { XMLParser } from "fast-xml-parser";
import * as z from "zod";
import { linesIn } from "./line-of.ts";
import type { Declared, Manifest } from "./shapes.ts";

const word = z.string().optional();
const Dependency = z.object({ groupId: word, artifactId: word, version: word, scope: word });
const Dependencies = z
  .object({ dependency: z.array(Dependency).optional() })
  .optional()
  .catch(undefined);
const Pom = z.object({
  project: z.object({
    version: word,
    parent: z.object({ version: word }).optional().catch(undefined),
    properties: z.record(z.string(), z.unknown()).optional().catch(undefined),
    dependencies: Dependencies,
    dependencyManagement: z.object({ dependencies: Dependencies }).optional().catch(undefined),
  }),
});
/** Properties may name properties; a ring of them ends here. */
const MAX_STEPS = 10;
const MAX_TEXT = 1_000;

/** `pom.xml`; versions that a parent elsewhere fixes are left open. Throws for what is no XML of a project. */
export function readPom(text: string): Manifest {
  const parser = new XMLParser({
    parseTagValue: false,
    processEntities: false,
    isArray: (name) => name === "dependency",
  });
  const { project } = Pom.parse(parser.parse(text));
  const properties = new Map<string, string>([
    ...entriesOf(project.properties),
    ["project.version", project.version ?? project.parent?.version ?? ""],
  ]);
  const managed = new Map(
    (project.dependencyManagement?.dependencies?.dependency ?? []).map((each) => [
      nameOf(each),
      each.version,
    ]),
  );
  const lineOf = linesIn(text);
  const declared = (project.dependencies?.dependency ?? []).map((each): Declared => {
    const name = nameOf(each);
    const range = expand(each.version ?? managed.get(name) ?? "", properties);
    return {
      name: expand(name, properties),
      range,
      group: scopeOf(each.scope),
      line: lineOf(`<artifactId>${each.artifactId ?? ""}</artifactId>`),
    };
  });
  return { ecosystem: "maven", declared };
}

function scopeOf(scope: string | undefined): string {
  return scope === undefined || scope === "compile" ? "" : scope;
}

function nameOf({ groupId = "?", artifactId = "?" }: z.output<typeof Dependency>): string {
  return `${groupId}:${artifactId}`;
}

function entriesOf(properties: Readonly<Record<string, unknown>> | undefined): [string, string][] {
  return Object.entries(properties ?? {}).map(([key, value]) => [
    key,
    typeof value === "string" ? value : "",
  ]);
}

function expand(text: string, properties: ReadonlyMap<string, string>): string {
  let expanded = text.slice(0, MAX_TEXT);
  for (let step = 0; step < MAX_STEPS && expanded.includes("${"); step++)
    expanded = expanded
      .replace(/\$\{([^}]+)\}/gu, (whole, name: string) => properties.get(name)?.slice(0, MAX_TEXT) ?? whole)
      .slice(0, MAX_TEXT);
  return expanded;
}
