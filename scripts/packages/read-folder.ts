import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Entry } from "./entry.ts";

/** The regular files below `folder`, for clients that unpack by themselves, by name. Links are not followed. */
export function* readFolder(folder: string, below = ""): Generator<Entry> {
  const here = readdirSync(join(folder, below), { withFileTypes: true });
  for (const found of here.toSorted((one, other) => (one.name < other.name ? -1 : 1))) {
    const path = below === "" ? found.name : `${below}/${found.name}`;
    if (found.isDirectory()) yield* readFolder(folder, path);
    if (!found.isFile()) continue;
    const file = join(folder, path);
    yield { path, bytes: statSync(file).size, read: () => readFileSync(file) };
  }
}
