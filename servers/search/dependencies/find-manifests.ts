import type { SearchContext } from "../deps.ts";
import { readCargoToml } from "./read-cargo.ts";
import { readGoMod } from "./read-go-mod.ts";
import { readPackageJson } from "./read-npm.ts";
import { readPom } from "./read-pom.ts";
import { readPyproject, readRequirements } from "./read-python.ts";
import type { Manifest } from "./shapes.ts";

/** More manifests than this are left out, and the answer says so. */
const MAX_MANIFESTS = 500;
const NEVER = ["**/.git", "**/node_modules", "**/.plumbline"];

type ReadManifest = (text: string, path: string) => Manifest;

const READERS: readonly { readonly glob: string; readonly names: RegExp; readonly read: ReadManifest }[] = [
  { glob: "**/package.json", names: /^package\.json$/u, read: readPackageJson },
  { glob: "**/Cargo.toml", names: /^Cargo\.toml$/u, read: readCargoToml },
  { glob: "**/pyproject.toml", names: /^pyproject\.toml$/u, read: readPyproject },
  {
    glob: "**/*requirements*.txt",
    names: /requirements[^/]*\.txt$/u,
    read: (text, path) => readRequirements(text, groupOf(path)),
  },
  {
    glob: "**/requirements/*.txt",
    names: /^[^/]+\.txt$/u,
    read: (text, path) => readRequirements(text, groupOf(path)),
  },
  { glob: "**/go.mod", names: /^go\.mod$/u, read: readGoMod },
  { glob: "**/pom.xml", names: /^pom\.xml$/u, read: readPom },
];

/** Where manifests lie, as answers show paths. */
export interface Manifests {
  readonly paths: readonly string[];
  /** True when there are more, or the tree was not walked whole. */
  readonly cut: boolean;
}

/** The manifests at a path: the file itself, or all below a folder that git does not ignore. */
export async function findManifests(path: string, context: SearchContext): Promise<Manifests> {
  const { workspace, access, signal } = context;
  const at = workspace.locate(path);
  const { kind } = await workspace.stat(at, access, { follow: true });
  if (kind !== "directory") return { paths: [at.shown], cut: false };
  await using directory = await workspace.openDirectory(at, access);
  const request = {
    globs: READERS.map(({ glob }) => glob),
    kinds: ["file" as const],
    deny: NEVER,
    limit: MAX_MANIFESTS,
  };
  const found = await workspace.walk(directory, request, signal);
  const below = directory.place.relative === "" ? "" : `${directory.place.relative}/`;
  const paths = found.entries.map((entry) =>
    workspace.show({ root: directory.place.root, relative: `${below}${entry.path}` }),
  );
  return { paths, cut: found.cursor !== undefined || found.partial !== undefined };
}

/** How a file of this name is read; undefined for what is no manifest. */
export function manifestReader(path: string): ReadManifest | undefined {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return READERS.find(
    ({ names, glob }) =>
      names.test(name) && (glob !== "**/requirements/*.txt" || /(?:^|\/)requirements\//u.test(path)),
  )?.read;
}

/** `requirements-dev.txt`, `requirements/test.txt`: what they are for. */
function groupOf(path: string): string {
  const group = /(?:requirements[-_/.]([\w-]+)|([\w-]+)[-_]requirements)\.txt$/u.exec(path);
  const name = group?.[1] ?? group?.[2] ?? "";
  return /^(?:base|main|prod|txt)?$/u.test(name) ? "" : name;
}
