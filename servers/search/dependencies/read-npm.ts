import * as z from "zod";
import { linesIn } from "./line-of.ts";
import { Locked } from "./locked.ts";
import type { Declared, Manifest, Resolved } from "./shapes.ts";

const Ranges = z.record(z.string(), z.string()).catch({});
const PackageJson = z.object({
  dependencies: Ranges.optional(),
  devDependencies: Ranges.optional(),
  peerDependencies: Ranges.optional(),
  optionalDependencies: Ranges.optional(),
});
const GROUPS = [
  ["dependencies", ""],
  ["devDependencies", "dev"],
  ["peerDependencies", "peer"],
  ["optionalDependencies", "optional"],
] as const;

/** `package.json`. Throws for what is no JSON object. */
export function readPackageJson(text: string): Manifest {
  const manifest = PackageJson.parse(JSON.parse(text));
  const lineOf = linesIn(text);
  const declared = GROUPS.flatMap(([key, group]) => {
    const from = Math.max(text.indexOf(`"${key}"`), 0);
    return Object.entries(manifest[key] ?? {}).map(([name, range]): Declared => ({
      name,
      range,
      group,
      line: lineOf(`"${name}"`, from),
    }));
  });
  return { ecosystem: "npm", declared };
}

const Entry = z.object({ version: z.string().optional() });
const PackageLock = z.object({
  packages: z.record(z.string(), Entry).optional(),
  dependencies: z.record(z.string(), Entry).optional(),
});

/** `package-lock.json` and `npm-shrinkwrap.json`: what is installed at the top. */
export function readPackageLock(text: string): Resolved {
  const { packages = {}, dependencies = {} } = PackageLock.parse(JSON.parse(text));
  const found = new Map<string, string[]>();
  for (const [name, { version }] of Object.entries(dependencies))
    if (version !== undefined) found.set(name, [version]);
  for (const [path, { version }] of Object.entries(packages)) {
    const name = /^node_modules\/((?:@[^/]+\/)?[^/]+)$/u.exec(path)?.[1];
    if (name !== undefined && version !== undefined) found.set(name, [version]);
  }
  return found;
}

/** `yarn.lock` of every version: blocks headed by `name@range, name@range:`. */
export function readYarnLock(text: string): Resolved {
  const found = new Locked();
  let names: string[] = [];
  for (const line of text.split("\n")) {
    if (/^\S.*:$/u.test(line) && !line.startsWith("#")) names = headed(line);
    const version = /^ {2}version:? "?([^"]+)"?$/u.exec(line)?.[1];
    if (version === undefined) continue;
    for (const name of new Set(names)) found.add(name, version);
    names = [];
  }
  return found.versions;
}

function headed(line: string): string[] {
  const keys = line.slice(0, -1).split(/,\s*/u);
  return keys.flatMap((key) => /^"?(@?[^@"]+)@/u.exec(key.trim())?.[1] ?? []);
}

/** `pnpm-lock.yaml`: what each importer got. Read by its indentation: a parser of YAML is too slow for files so long. */
export function readPnpmLock(text: string): Resolved {
  const found = new Locked();
  let name: string | undefined;
  for (const line of text.split("\n")) {
    if (/^(?:packages|snapshots):/u.test(line)) break;
    name = /^ {6}'?([^\s':]+)'?:$/u.exec(line)?.[1] ?? name;
    const version = /^ {8}version: '?([^\s'(]+)/u.exec(line)?.[1];
    if (name === undefined || version === undefined) continue;
    found.add(name, version);
    name = undefined;
  }
  return found.versions;
}
