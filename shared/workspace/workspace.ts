import { closeSync } from "node:fs";
import type { Access, Place } from "../access.ts";
import type { Log } from "../context.ts";
import { StartupError } from "../errors.ts";
import type { Scope } from "../scope.ts";
import { CompareContainment } from "./contain-compare.ts";
import { inWords, notFound, outside, wrongKind } from "./contain-errors.ts";
import { HandleContainment } from "./contain-handles.ts";
import type { Containment, ContainmentKind, Held, Opened } from "./contain.ts";
import { factsOf, type EntryStat } from "./entry.ts";
import { checkGlobs } from "./glob.ts";
import { OpenDirectory } from "./open-directory.ts";
import { OpenFile } from "./open-file.ts";
import { isAbsolute, Root } from "./root.ts";
import type { SafePath } from "./safe-path.ts";
import { WalkPool } from "./walk-pool.ts";
import type { WalkRequest, WalkResult } from "./walk-request.ts";

export type { OpenDirectory } from "./open-directory.ts";
export type { OpenFile } from "./open-file.ts";

export interface WorkspaceOptions {
  /** Closes the roots' handles and the walkers. */
  readonly scope: Scope;
  /** Left out: handles where the system has them, else compare. */
  readonly containment?: ContainmentKind;
  readonly log?: Log;
}

/**
 * Opens the roots; the first that works takes relative paths. One that cannot be used is skipped with a warning.
 * Throws `StartupError` when none can be used.
 */
export async function openWorkspace(
  directories: readonly string[],
  options: WorkspaceOptions,
): Promise<Workspace> {
  const roots: Root[] = [];
  const failures: string[] = [];
  for (const directory of directories) {
    try {
      roots.push(await Root.open(directory, roots.length === 0));
    } catch (error) {
      if (!(error instanceof StartupError)) throw error;
      failures.push(error.message);
    }
  }
  if (roots.length === 0) throw new StartupError(failures.join("; ") || "no root was given");
  for (const failure of failures) options.log?.("warn", failure);
  const containment = contain(roots, options);
  const walkers = new WalkPool();
  options.scope.defer(() => walkers.close());
  return new Workspace(roots, containment, walkers);
}

function contain(roots: readonly Root[], { scope, containment, log }: WorkspaceOptions): Containment {
  if (containment === "compare") return new CompareContainment();
  try {
    if (process.platform !== "linux") throw new Error("only Linux has handles in /proc");
    const handles = HandleContainment.open(roots);
    scope.defer(() => handles.close());
    return handles;
  } catch (error) {
    if (containment === "handles")
      throw new StartupError("containment by handles does not work here", { cause: error });
    if (process.platform === "linux")
      log?.("warn", "no /proc/self/fd here: paths are compared, which a race can defeat");
    return new CompareContainment();
  }
}

interface Reached {
  readonly place: Place;
  readonly facts: EntryStat;
  readonly opened: Opened;
}

/** The only door to the disk. */
export class Workspace {
  readonly roots: readonly Root[];
  readonly #containment: Containment;
  readonly #walkers: WalkPool;

  /** Made by `openWorkspace`. */
  constructor(roots: readonly Root[], containment: Containment, walkers: WalkPool) {
    this.roots = roots;
    this.#containment = containment;
    this.#walkers = walkers;
  }

  /** By spelling only. Relative paths belong to the first root, `file://` URIs and other schemes are refused. */
  locate(path: string): SafePath {
    const [first, ...others] = this.roots;
    if (first === undefined) throw outside();
    if (!isAbsolute(path) || others.length === 0) return first.locate(path);
    const depths = this.roots.map((root) => ({ root, depth: root.below(path)?.length ?? Infinity }));
    // of nested roots the deepest one leaves the fewest names
    const best = depths.reduce((found, other) => (other.depth < found.depth ? other : found));
    return best.root.locate(path);
  }

  /** As answers show a place: relative to the first root, absolute below the others. */
  show(place: Place): string {
    const root = this.roots.find(({ path }) => path === place.root);
    if (root === undefined) throw new Error(`no root of this workspace: ${place.root}`);
    return root.show(place.relative);
  }

  /** Follows links inside the root by hand; throws `not_found`, `denied`, or `invalid_input` for what is no regular file. */
  async openFile(path: SafePath, access: Access): Promise<OpenFile> {
    const { place, opened, facts } = this.#open(path, access, "file");
    return new OpenFile(place, opened, facts);
  }

  /** As `openFile`; asks for the right to list. */
  async openDirectory(path: SafePath, access: Access): Promise<OpenDirectory> {
    const { place, opened } = this.#open(path, access, "directory");
    return new OpenDirectory(place, opened, path.shown);
  }

  /**
   * Facts without opening; a link is described, and followed when `follow` is given. `target` is the text of a
   * link, left out when the link leads out of the root.
   */
  async stat(
    path: SafePath,
    access: Access,
    options: { readonly follow?: boolean } = {},
  ): Promise<EntryStat & { readonly place: Place; readonly target?: string }> {
    access.signal.throwIfAborted();
    return inWords(path.shown, () => {
      const held = this.#reach(path, options.follow === true ? "follow" : "keep");
      try {
        const place = placeOf(path.root, held.parts);
        access.permit(place, "list");
        const facts = { ...factsOf(held.stats), place };
        return held.target === undefined || !this.#staysInside(path)
          ? facts
          : { ...facts, target: held.target };
      } finally {
        held.close();
      }
    });
  }

  /** Where the path leads now, links followed; a missing tail keeps its spelling. For rules, before a call runs. */
  async resolve(path: SafePath): Promise<Place> {
    return inWords(path.shown, () => {
      const held = this.#containment.reach(path.root, path.parts, "follow");
      held.close();
      return placeOf(path.root, [...held.parts, ...held.missing]);
    });
  }

  /**
   * Walks the tree below an open directory in a worker, links not followed. Asks nobody but `deny` about what it
   * finds. Throws `invalid_input` for globs that cannot be used and `timeout` for those that never end.
   */
  async walk(directory: OpenDirectory, request: WalkRequest, signal: AbortSignal): Promise<WalkResult> {
    signal.throwIfAborted();
    checkGlobs([...(request.globs ?? []), ...(request.deny ?? [])]);
    const { place, path: base } = directory;
    const root = this.roots.find(({ path }) => path === place.root);
    if (root === undefined) throw new Error(`no root of this workspace: ${place.root}`);
    const parts = place.relative.split("/").filter((name) => name !== "");
    const top = inWords(".", () => this.#containment.reach(root, [], "keep").open());
    try {
      const { kind: containment } = this.#containment;
      const result = await this.#walkers.run(
        { containment, root: top.path, base, parts, shown: this.show(place), request },
        signal,
      );
      directory.verify();
      return result;
    } finally {
      closeSync(top.fd);
    }
  }

  #open(path: SafePath, access: Access, wanted: "file" | "directory"): Reached {
    access.signal.throwIfAborted();
    return inWords(path.shown, () => {
      const held = this.#reach(path, "follow");
      try {
        const place = placeOf(path.root, held.parts);
        const facts = factsOf(held.stats);
        const { identity, links, kind } = facts;
        // with its identity, so that another name of a secret is known
        access.permit({ ...place, identity, links }, wanted === "file" ? "read" : "list");
        if (kind !== wanted) throw wrongKind(path.shown, kind, wanted);
        const opened = held.open();
        return { place, opened, facts: opened.stats === held.stats ? facts : factsOf(opened.stats) };
      } finally {
        held.close();
      }
    });
  }

  #reach(path: SafePath, last: "follow" | "keep"): Held {
    const held = this.#containment.reach(path.root, path.parts, last);
    if (held.missing.length === 0) return held;
    held.close();
    throw notFound(path.shown);
  }

  #staysInside(path: SafePath): boolean {
    try {
      this.#containment.reach(path.root, path.parts, "follow").close();
      return true;
    } catch {
      return false;
    }
  }
}

/** A missing tail may hold `..` from the text of a link; above the root it is outside. */
function placeOf(root: Root, names: readonly string[]): Place {
  const parts: string[] = [];
  for (const name of names) {
    if (name !== "..") parts.push(name);
    else if (parts.pop() === undefined) throw outside();
  }
  return { root: root.path, relative: parts.join("/") };
}
