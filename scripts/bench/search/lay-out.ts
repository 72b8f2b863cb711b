import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fetchPackages } from "../../packages/fetch-package.ts";
import type { QuerySet } from "./queries.ts";

/** Where a package lies as a project: a folder below `cache`, or why it could not be had. */
export interface LaidOut {
  readonly set: QuerySet;
  readonly folder?: string;
  readonly reason?: string;
}

interface Where {
  readonly cache: string;
  readonly say: (line: string) => void;
}

/** Fetches the packages that are asked about, and lays each out as a repository with one commit. */
export async function layOut(sets: readonly QuerySet[], { cache, say }: Where): Promise<LaidOut[]> {
  const wanted = sets.map(({ registry, name, version }) => ({ registry, name, version }));
  const fetched = await fetchPackages(wanted, join(cache, "packages"), {
    report: (fate) => {
      if (fate.kind === "missing") say(`${fate.wanted.name} cannot be had: ${fate.reason}`);
    },
  });
  return sets.map((set, index) => {
    const fate = fetched[index];
    if (fate?.kind !== "had") return { set, reason: fate?.reason ?? "not fetched" };
    return {
      set,
      folder: asProject(join(fate.folder, set.root), join(cache, "projects", set.id, set.version)),
    };
  });
}

/** A copy, so that nothing that a system leaves in it gets into what was fetched. */
function asProject(source: string, folder: string): string {
  if (existsSync(folder)) return folder;
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(dirname(folder), { recursive: true });
  cpSync(source, partial, { recursive: true });
  commitAll(partial);
  renameSync(partial, folder);
  return folder;
}

/** Makes a folder a repository whose one commit holds all of it, even what its own ignore files leave out. */
export function commitAll(folder: string): void {
  const settings = {
    "user.name": "Bench",
    "user.email": "bench@example.invalid",
    "commit.gpgsign": "false",
    "core.autocrlf": "false",
    "gc.auto": "0",
  };
  const options = Object.entries(settings).flatMap(([key, value]) => ["-c", `${key}=${value}`]);
  const git = (...args: string[]): unknown =>
    execFileSync("git", [...options, ...args], { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
  git("init", "--quiet", "--initial-branch=main");
  git("add", "--all", "--force");
  git("commit", "--quiet", "--message=All of it");
}
