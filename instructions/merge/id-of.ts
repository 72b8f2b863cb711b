import { createHash } from "node:crypto";
import type { Document } from "../shapes.ts";

const DIGITS = 8;

/** By what a file is asked for: the same as long as its path, its frontmatter and its text are. */
export function idOf(document: Document): string {
  return idOfVersion(versionOf(document));
}

/** The same, for who has the version at hand. */
export function idOfVersion(version: string): string {
  return version.slice(0, DIGITS);
}

/** SHA-256 over what a file is called and says; the id is its beginning. */
export function versionOf({ source, frontmatter, body }: Document): string {
  return createHash("sha256")
    .update(`${source.shown}\0${JSON.stringify(frontmatter)}\0${body}`)
    .digest("hex");
}
