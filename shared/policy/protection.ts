import { sep } from "node:path";
import type { Place } from "../access.ts";
import { StartupError } from "../errors.ts";
import { canonicalPath } from "./canonical-path.ts";
import { classify, type Classify } from "./protected.ts";
import { absolutePath, placeMatcher } from "./rule.ts";

interface ProtectionOptions {
  /** Globs of more places that are never written. */
  readonly protectExtra: readonly string[];
  /** Globs of secrets that the person opened for reading; they stay closed for writing. */
  readonly secretsAllowed: readonly string[];
  /** Absolute folders of our own, whatever root they lie in: the first are closed, the second only not written. */
  readonly stateFolders: readonly string[];
  readonly configFolders: readonly string[];
  /** What more runs later by itself, as far as is known by now: asked for every file of a walk. */
  readonly runsLater?: (place: Place) => boolean;
}

/** `classify`, with what the person's configuration and the project's add. Throws `StartupError` for a bad glob. */
export function openProtection(options: ProtectionOptions): Classify {
  const extra = options.protectExtra.map((glob) => matcher(glob, true));
  const opened = options.secretsAllowed.map((glob) => matcher(glob, false));
  const isState = isBelowAny(options.stateFolders);
  const isConfig = isBelowAny(options.configFolders);
  return (place) => {
    const found = classify(place);
    if (isState(place)) return { kind: "secret" };
    if (found.kind === "secret") return opened.some((is) => is(place)) ? { kind: "protected" } : found;
    if (isConfig(place) || extra.some((is) => is(place))) return { kind: "protected" };
    return found.kind === "plain" && options.runsLater?.(place) === true ? { kind: "runs-later" } : found;
  };
}

/** A test of places; what lies below each root is worked out once, since this is asked for every file of a walk. */
function isBelowAny(folders: readonly string[]): (place: Place) => boolean {
  const above = folders.map((folder) => canonicalPath(folder.replaceAll(sep, "/")));
  const byRoot = new Map<string, readonly string[]>();
  return ({ root, relative }) => {
    const inRoot = byRoot.get(root) ?? above.flatMap((folder) => belowRoot(folder, root));
    byRoot.set(root, inRoot);
    if (inRoot.length === 0) return false;
    const path = canonicalPath(relative);
    return inRoot.some((folder) => folder === "" || path === folder || path.startsWith(`${folder}/`));
  };
}

/** The folder as seen from a root: "" when the root lies in it, nothing when it lies elsewhere. */
function belowRoot(folder: string, root: string): string[] {
  const top = canonicalPath(absolutePath({ root, relative: "" })).replace(/\/$/u, "");
  if (`${top}/`.startsWith(`${folder}/`)) return [""];
  return folder.startsWith(`${top}/`) ? [folder.slice(top.length + 1)] : [];
}

function matcher(glob: string, refuses: boolean): (place: Place) => boolean {
  try {
    return placeMatcher(glob, refuses);
  } catch (error) {
    if (error instanceof RangeError)
      throw new StartupError(`${glob.slice(0, 100)}: ${error.message}`, { cause: error });
    throw error;
  }
}
