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
  /** Absolute folders of our own: closed whatever root they lie in. */
  readonly ownFolders: readonly string[];
}

/** `classify`, with what the person's configuration and the project's add. Throws `StartupError` for a bad glob. */
export function openProtection(options: ProtectionOptions): Classify {
  const extra = options.protectExtra.map((glob) => matcher(glob, true));
  const opened = options.secretsAllowed.map((glob) => matcher(glob, false));
  const own = options.ownFolders.map((folder) => canonicalPath(folder.replaceAll(sep, "/")));
  const isOwn = (place: Place): boolean => {
    const path = canonicalPath(absolutePath(place));
    return own.some((folder) => path === folder || path.startsWith(`${folder}/`));
  };
  return (place) => {
    const found = classify(place);
    if (isOwn(place)) return { kind: "secret" };
    if (found.kind === "secret") return opened.some((is) => is(place)) ? { kind: "protected" } : found;
    return extra.some((is) => is(place)) ? { kind: "protected" } : found;
  };
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
