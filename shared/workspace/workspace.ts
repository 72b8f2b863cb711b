import { closeSync } from "node:fs";
import type { Access, Place } from "../access.ts";
import { Changes, noChanges } from "./change/changes.ts";
import { inWords, notFound, outside, wrongKind } from "./contain-errors.ts";
import type { Containment, Held, Opened } from "./contain.ts";
import { factsOf, type EntryStat } from "./entry.ts";
import { checkGlobs } from "./glob.ts";
import { OpenDirectory } from "./open-directory.ts";
import { OpenFile } from "./open-file.ts";
import { isAbsolute, type Root } from "./root.ts";
import type { SafePath } from "./safe-path.ts";
import { survey, type Survey } from "./survey.ts";
import type { WalkPool } from "./walk-pool.ts";
import type { WalkRequest, WalkResult } from "./walk-request.ts";

export type { OpenDirectory } from "./open-directory.ts";
export type { OpenFile } from "./open-file.ts";

interface Parts {
  readonly containment: Containment;
  readonly walkers: WalkPool;
  readonly changes: Changes | undefined;
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
  readonly #changes: Changes | undefined;

  /** Made by `openWorkspace`. */
  constructor(roots: readonly Root[], { containment, walkers, changes }: Parts) {
    this.roots = roots;
    this.#containment = containment;
    this.#walkers = walkers;
    this.#changes = changes;
  }

  /** Throws `unavailable` when the workspace was opened without a place for the log of changes. */
  get changes(): Changes {
    if (this.#changes === undefined) throw noChanges();
    return this.#changes;
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
    return rootOf(this.roots, place).show(place.relative);
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

  /**
   * Where the path leads now; a missing tail keeps its spelling. For rules, before a call runs. `keep`: a link in the
   * last place is meant itself, wherever it leads.
   */
  resolve(path: SafePath, last: "follow" | "keep" = "follow"): Place {
    return inWords(path.shown, () => {
      const held = this.#containment.reach(path.root, path.parts, last);
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
    const root = rootOf(this.roots, place);
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

  /** All that lies below a directory, seen whole; throws when that cannot be. */
  survey(place: Place, access: Access): Promise<Survey> {
    return survey(this, place, access);
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

/** The root in which a place lies. */
export function rootOf(roots: readonly Root[], place: Place): Root {
  const root = roots.find(({ path }) => path === place.root);
  if (root === undefined) throw new Error(`no root of this workspace: ${place.root}`);
  return root;
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
