import { realpath, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { StartupError, ToolError } from "../errors.ts";
import { notFound, outside } from "./contain-errors.ts";
import type { SafePath } from "./safe-path.ts";

const WINDOWS = process.platform === "win32";
const SEPARATORS = WINDOWS ? /[\\/]+/u : /\/+/u;
/** Bytes of one name, and of a whole path, that Linux can hold. */
const MAX_NAME = 255;
const MAX_PATH = 4_096;

/** One directory that the person opened to the tools. */
export class Root {
  /** Absolute and resolved. */
  readonly path: string;
  /** As the person gave it, absolute. */
  readonly given: string;
  readonly #first: boolean;
  /** Both forms by their names. */
  readonly #forms: readonly (readonly string[])[];

  private constructor(path: string, given: string, first: boolean) {
    this.path = path;
    this.given = given;
    this.#first = first;
    this.#forms = [namesOf(path), namesOf(given)];
  }

  /** Throws `StartupError` when the directory is missing or cannot be entered. `first`: relative paths belong to it. */
  static async open(directory: string, first: boolean): Promise<Root> {
    const given = resolve(directory);
    try {
      const path = await realpath(given);
      if (!(await stat(path)).isDirectory()) throw new Error("it is not a directory");
      return new Root(path, given, first);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new StartupError(`the root ${given} cannot be used: ${why}`, { cause: error });
    }
  }

  /** By spelling only; throws `invalid_input` or `denied`, the same for outside-and-there and outside-and-missing. */
  locate(path: string): SafePath {
    refuseOddities(path);
    const parts = isAbsolute(path) ? this.below(path) : inner(path);
    if (parts === undefined) throw outside();
    const shown = this.show(parts.join("/"));
    const tooLong =
      Buffer.byteLength(path) > MAX_PATH || parts.some((name) => Buffer.byteLength(name) > MAX_NAME);
    if (tooLong) throw notFound(shown);
    if (WINDOWS && parts.some(isWindowsTrap)) throw outside();
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the only place where the brand is born
    return { root: this, parts, shown } as unknown as SafePath;
  }

  /** Components of an absolute path below this root, in its given or its resolved form; by spelling only. */
  below(absolute: string): string[] | undefined {
    const parts = inner(absolute);
    if (parts === undefined) return undefined;
    return this.#after(parts);
  }

  /** Names of a link's absolute target below this root. `..` stays in: what it means shows only on the way. */
  targetBelow(target: string): string[] | undefined {
    return this.#after(namesOf(target));
  }

  #after(names: readonly string[]): string[] | undefined {
    const start = this.#forms.find((form) => form.every((name, index) => name === names[index]));
    return start === undefined ? undefined : names.slice(start.length);
  }

  /** A path below this root, `/`-separated, as answers show it. */
  show(relative: string): string {
    if (this.#first) return relative === "" ? "." : relative;
    return relative === "" ? this.path : `${this.path === "/" ? "" : this.path}/${relative}`;
  }
}

/** True for what names a place without help of a root. */
export function isAbsolute(path: string): boolean {
  return WINDOWS ? /^([a-z]:|[\\/])/iu.test(path) : path.startsWith("/");
}

/** The names of a path, `..` among them. */
export function namesOf(path: string): string[] {
  return path.split(SEPARATORS).filter((name) => name !== "" && name !== ".");
}

function refuseOddities(path: string): void {
  if (path === "")
    throw new ToolError("invalid_input", "the path is empty", { hint: 'The root itself is ".".' });
  if (path.includes("\0")) throw new ToolError("invalid_input", "the path holds a NUL character");
  if (/^(file:|[a-z][a-z0-9+.-]*:\/\/)/iu.test(path))
    throw new ToolError("invalid_input", "a URL is not a path", {
      hint: "Give a plain path, as in src/main.rs.",
    });
  if (path.startsWith("~/"))
    throw new ToolError("invalid_input", "the home folder has no short name here", {
      hint: "Give a path relative to the root, or absolute; a folder that is really called ~ is ./~/.",
    });
}

/** Names without `..`; undefined when `..` leads above the start. */
function inner(path: string): string[] | undefined {
  const parts: string[] = [];
  for (const name of namesOf(path)) {
    if (name !== "..") parts.push(name);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts;
}

/** Names that Windows takes for a stream, a device or another name. */
function isWindowsTrap(name: string): boolean {
  return /[:*?"<>|]|[. ]$|^(con|prn|aux|nul|conin\$|conout\$|com\d|lpt\d)(\.|$)/iu.test(name);
}
