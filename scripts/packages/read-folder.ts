import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Entry } from "./entry.ts";

/** The regular files below `folder`, for clients that unpack by themselves. Links are not followed. */
export function* readFolder(folder: string, below = ""): Generator<Entry> {
  for (const found of readdirSync(join(folder, below), { withFileTypes: true })) {
    const path = below === "" ? found.name : `${below}/${found.name}`;
    if (found.isDirectory()) yield* readFolder(folder, path);
    if (!found.isFile()) continue;
    const file = join(folder, path);
    yield { path, bytes: statSync(file).size, read: () => readFileSync(file) };
  }
}
