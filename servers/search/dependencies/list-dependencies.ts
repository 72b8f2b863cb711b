import { ToolError } from "../../../shared/errors.ts";
import type { SearchContext } from "../deps.ts";
import { sourceText } from "../source-text.ts";
import { findManifests, manifestReader } from "./find-manifests.ts";
import { Locks } from "./find-resolved.ts";
import type { Declared, Ecosystem, Manifest } from "./shapes.ts";

/** A package that a manifest asks for, with what the lock says. */
export interface Dependency extends Declared {
  readonly ecosystem: Ecosystem;
  /** As answers show it. */
  readonly manifest: string;
  readonly resolved: readonly string[];
}

export interface Dependencies {
  readonly dependencies: readonly Dependency[];
  readonly manifests: number;
  /** Our sentences: what could not be read, what was left out. */
  readonly problems: readonly string[];
}

/** Everything that the manifests at a path ask for, in their order. Throws as `Workspace.stat` for the path. */
export async function listDependencies(path: string, context: SearchContext): Promise<Dependencies> {
  const { paths, cut } = await findManifests(path, context);
  const locks = new Locks(context);
  const problems = cut ? ["there are more manifests than were read: name a folder"] : [];
  const dependencies: Dependency[] = [];
  for (const each of paths) {
    const read = await readManifest(each, context);
    if (typeof read === "string") problems.push(read);
    else dependencies.push(...(await resolve(each, read, locks)));
  }
  return { dependencies, manifests: paths.length, problems: [...problems, ...locks.problems] };
}

async function readManifest(path: string, context: SearchContext): Promise<Manifest | string> {
  const read = manifestReader(path);
  if (read === undefined)
    throw new ToolError("invalid_input", `${path} is no manifest that is known`, {
      hint: "Known: package.json, Cargo.toml, pyproject.toml, requirements.txt, go.mod, pom.xml. Give a folder to find them.",
    });
  try {
    return read(await sourceText(context.workspace.locate(path), context), path);
  } catch (error) {
    context.signal.throwIfAborted();
    return error instanceof ToolError ? error.message : `${path} could not be parsed`;
  }
}

async function resolve(
  manifest: string,
  { ecosystem, declared }: Manifest,
  locks: Locks,
): Promise<Dependency[]> {
  const resolved = await locks.near(manifest, ecosystem);
  return declared.map((each) => ({
    ...each,
    ecosystem,
    manifest,
    resolved: ecosystem === "go" ? [each.range] : (resolved?.get(lockName(each.name, ecosystem)) ?? []),
  }));
}

/** Python's names are the same whatever their case and whether `-`, `_` or `.` parts them (PEP 503). */
function lockName(name: string, ecosystem: Ecosystem): string {
  return ecosystem === "pypi" ? name.toLowerCase().replaceAll(/[-_.]+/gu, "-") : name;
}
