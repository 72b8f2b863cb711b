import type { Repository } from "../../../shared/git/repository.ts";

const HASHES = {
  sha1: "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
  sha256: "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
} as const;

/** The hash of a tree without any file, which git knows in every repository. */
export function emptyTree({ objectFormat }: Pick<Repository, "objectFormat">): string {
  return HASHES[objectFormat];
}
