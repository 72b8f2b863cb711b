import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { CLIENTS } from "./clients.ts";
import { REGISTRIES, checkPackage, packageFolder } from "./package.ts";
import { writeEntries } from "./write-entries.ts";
import type { Ground } from "./clients.ts";
import type { Entry } from "./entry.ts";
import type { Package } from "./package.ts";

/** A package that was asked for, and where it is or why it cannot be had. */
export type Fetched =
  | { readonly kind: "had"; readonly wanted: Package; readonly folder: string }
  | { readonly kind: "missing"; readonly wanted: Package; readonly reason: string };

export interface FetchOptions {
  /** Told of every package as soon as its fate is known. */
  readonly report?: (fetched: Fetched) => void;
}

/**
 * Fetches one package with its registry's own client, never running its code, and returns the folder of its unpacked
 * sources below `folder`. Fetched once: later calls find it there. Throws when it cannot be had.
 */
export async function fetchPackage(wanted: Package, folder: string): Promise<string> {
  const [fetched] = await fetchPackages([wanted], folder, {});
  if (fetched?.kind === "had") return fetched.folder;
  throw new Error(`${wanted.registry} ${wanted.name} ${wanted.version}: ${fetched?.reason ?? "not fetched"}`);
}

/**
 * Fetches many packages below `folder`, registries side by side, each in batches as large as its client takes. One that
 * cannot be had is reported and left out, never fatal. Returns the fate of each, in the order of `packages`.
 */
export async function fetchPackages(
  packages: readonly Package[],
  folder: string,
  options: FetchOptions,
): Promise<Fetched[]> {
  const fates = new Map<Package, Fetched>();
  const settle = (fetched: Fetched): void => {
    fates.set(fetched.wanted, fetched);
    options.report?.(fetched);
  };
  mkdirSync(join(folder, ".clients"), { recursive: true });
  await Promise.all(
    REGISTRIES.map(async (registry) => {
      const wanted = packages.filter((candidate) => candidate.registry === registry);
      await fetchFromOne(wanted, { folder, settle });
    }),
  );
  return packages.flatMap((wanted) => fates.get(wanted) ?? []);
}

interface Fetching {
  readonly folder: string;
  readonly settle: (fetched: Fetched) => void;
}

async function fetchFromOne(packages: readonly Package[], fetching: Fetching): Promise<void> {
  const absent: Package[] = [];
  for (const wanted of packages) {
    const folder = packageFolder(wanted, fetching.folder);
    if (existsSync(folder)) fetching.settle({ kind: "had", wanted, folder });
    else absent.push(wanted);
  }
  const first = absent[0];
  if (first === undefined) return;
  const size = CLIENTS[first.registry].batch;
  for (let at = 0; at < absent.length; at += size) {
    await fetchBatch(absent.slice(at, at + size), fetching);
  }
}

/** A batch that fails is tried in halves, down to the package that is at fault. */
async function fetchBatch(batch: readonly Package[], fetching: Fetching): Promise<void> {
  const rest = await tryBatch(batch, fetching);
  if (rest.length === 0 || batch.length === 1) return;
  const half = Math.ceil(rest.length / 2);
  await fetchBatch(rest.slice(0, half), fetching);
  await fetchBatch(rest.slice(half), fetching);
}

/** Returns the packages that are still to be had; of a single one, that it is missing is settled here. */
async function tryBatch(batch: readonly Package[], fetching: Fetching): Promise<readonly Package[]> {
  const [first] = batch;
  if (first === undefined) return [];
  const left = new Set(batch);
  const { folder: top, settle } = fetching;
  const kept = join(top, ".clients");
  const scratch = mkdtempSync(join(kept, "run-"));
  const unpack: Ground["unpack"] = (wanted, entries) => {
    const folder = packageFolder(wanted, top);
    // Another process may have fetched it meanwhile.
    if (!existsSync(folder)) unpackWhole(entries, { wanted, folder, partial: `${scratch}-unpacked` });
    left.delete(wanted);
    settle({ kind: "had", wanted, folder });
  };
  try {
    for (const wanted of batch) checkPackage(wanted);
    await CLIENTS[first.registry].fetch(batch, { scratch, kept, unpack });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (batch.length === 1) settle({ kind: "missing", wanted: first, reason });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
    rmSync(`${scratch}-unpacked`, { recursive: true, force: true });
  }
  return [...left];
}

interface Unpacking {
  readonly wanted: Package;
  readonly folder: string;
  readonly partial: string;
}

/** Unpacks elsewhere and renames: a folder that is there is whole. */
function unpackWhole(entries: Iterable<Entry>, { wanted, folder, partial }: Unpacking): void {
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial);
  writeEntries(entries, partial, wanted.keep?.() ?? (() => true));
  mkdirSync(dirname(folder), { recursive: true });
  renameSync(partial, folder);
}
