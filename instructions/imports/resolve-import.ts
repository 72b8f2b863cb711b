import { basename, extname, isAbsolute, join, normalize, relative, resolve, sep } from "node:path";
import { classify } from "../../shared/policy/protected.ts";

/** Where imports may lead; all of them real paths. */
export interface Reach {
  readonly projectRoot: string;
  readonly home: string;
  /** More folders than the project: those of the person's own files. */
  readonly folders: readonly string[];
}

export type Resolved =
  | { readonly kind: "file"; readonly path: string }
  /** Our own words, to follow the path. */
  | { readonly kind: "refused"; readonly code: string; readonly why: string };

const ENDINGS = new Set([".md", ".mdc", ".txt", ".markdown", ""]);

/** The file that an import in a file of this folder means, by its words alone: nothing is looked at. */
export function resolveImport(path: string, fromFolder: string, reach: Reach): Resolved {
  if (/^(?:[A-Za-z][\w+.-]+:[\\/]|file:)/iu.test(path))
    return refused("import_refused", "is an address, and only files are taken in");
  if (/^[\\/]{2}/u.test(path)) return refused("import_outside", "leads to another machine");
  if (path.includes("\\") && sep === "/")
    return refused("import_refused", "has backslashes: paths are written with /");
  const isFromHome = path.startsWith("~/");
  const full = normalize(isFromHome ? join(reach.home, path.slice(2)) : resolve(fromFolder, path));
  const root = [reach.projectRoot, ...reach.folders].find((folder) => isInside(folder, full));
  if (root === undefined) return refused("import_outside", outside(reach));
  if (!isText(full))
    return refused("import_not_text", "is no text: .md, .mdc, .txt and .markdown files are taken in");
  if (!isOpen(root, full))
    return refused("import_refused", "is where secrets or a repository's own files are kept");
  return { kind: "file", path: full };
}

/** True for the folder itself, too. */
export function isInside(folder: string, path: string): boolean {
  const below = relative(folder, path);
  return below !== ".." && !below.startsWith(`..${sep}`) && !isAbsolute(below);
}

/** True when what a path really leads to may be taken in. */
export function isReached(realPath: string, { projectRoot, folders }: Reach): boolean {
  return [projectRoot, ...folders].some((folder) => isInside(folder, realPath) && isOpen(folder, realPath));
}

/** For people and models: from the project's root, or from the home folder. */
export function showImport(path: string, { projectRoot, home }: Reach): string {
  if (isInside(projectRoot, path)) return posix(relative(projectRoot, path));
  return isInside(home, path) ? `~/${posix(relative(home, path))}` : basename(path);
}

/** What people write with `@` that is no file: packages, decorators, addresses, people. */
export function isName(path: string): boolean {
  if (path.includes("(")) return true;
  const ending = extname(path).toLowerCase();
  if (/^[.~/]/u.test(path) || (ending !== "" && ENDINGS.has(ending))) return false;
  return NAMES.some((pattern) => pattern.test(path));
}

const NAMES = [
  // example.com, pytest.fixture, click.prevent
  /^[\w@.:-]+$/u,
  // scope/name, scope/name/*
  /^[\w.-]+\/[\w.~-]+(?:\/\*?)?$/u,
  // scope/name@1.2, scope/name/part@^2
  /^[\w.-]+\/[\w./-]+@[\w.^~*-]+$/u,
];

function isText(path: string): boolean {
  const name = basename(path);
  return ENDINGS.has(extname(name).toLowerCase()) && !(name.startsWith(".") && extname(name) === "");
}

function isOpen(root: string, path: string): boolean {
  const names = posix(relative(root, path));
  return classify({ root, relative: names }).kind !== "secret" && !/(?:^|\/)\.git(?:\/|$)/iu.test(names);
}

function outside({ folders }: Reach): string {
  return folders.length === 0
    ? "leads out of the project"
    : "leads out of the project and of your own folders";
}

function posix(path: string): string {
  return path.split(sep).join("/");
}

function refused(code: string, why: string): Resolved {
  return { kind: "refused", code, why };
}
