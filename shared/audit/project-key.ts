import { createHash } from "node:crypto";
import { basename } from "node:path";

/**
 * The folder name under which a project's records are kept: a readable name and 8 hex digits of the first root's
 * path. Two checkouts of one repository are two projects.
 */
export function projectKey(roots: readonly { readonly path: string }[]): string {
  const path = roots[0]?.path ?? "";
  const name = basename(path)
    .replace(/[^A-Za-z0-9_-]+/gu, "-")
    .slice(0, 32);
  const hash = createHash("sha256").update(path).digest("hex").slice(0, 8);
  return `${name === "" ? "root" : name}-${hash}`;
}
