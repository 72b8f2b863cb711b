import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Ground } from "./clients.ts";
import { readTar } from "./read-tar.ts";
import type { Entry } from "./entry.ts";
import type { Package } from "./package.ts";
import { runClient } from "./run-client.ts";

const MOST_BYTES = 2 ** 31 - 1;

/** Packs published packages and reads the archives; the folder that all of one lies in is dropped. */
export async function fromNpm(packages: readonly Package[], { scratch, unpack }: Ground): Promise<void> {
  for (const wanted of packages) {
    const args = ["pack", "--ignore-scripts", "--loglevel=error", `${wanted.name}@${wanted.version}`];
    await runClient("npm", args, { cwd: scratch });
    const archive = readdirSync(scratch).find((name) => name.endsWith(".tgz"));
    if (archive === undefined) throw new Error("npm packed nothing");
    unpack(
      wanted,
      withoutTop(gunzipSync(readFileSync(join(scratch, archive)), { maxOutputLength: MOST_BYTES })),
    );
  }
}

function* withoutTop(tar: Buffer): Generator<Entry> {
  for (const entry of readTar(tar)) {
    const slash = entry.path.indexOf("/");
    yield { ...entry, path: slash > 0 ? entry.path.slice(slash + 1) : entry.path };
  }
}
