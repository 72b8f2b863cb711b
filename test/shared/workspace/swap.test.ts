import { describe, expect, test } from "vitest";
import type { Place } from "../../../shared/access.ts";
import { ToolError } from "../../../shared/errors.ts";
import { swapper } from "../../support/swap.ts";
import { opened, permissive, SECRET, type OpenedWorkspace } from "../../support/workspace.ts";

const SWAP_MS = 2_000;

interface Seen {
  tries: number;
  answers: number;
  leaks: string[];
}

/** Everything that the door can tell, again and again while directories are exchanged under it. */
async function watchTheDoor({ workspace, outside }: OpenedWorkspace, paths: Paths): Promise<Seen> {
  const seen: Seen = { tries: 0, answers: 0, leaks: [] };
  const access = permissive();
  const secrets = await identitiesIn(outside);
  const attempt = async (what: string, work: () => Promise<boolean>): Promise<void> => {
    seen.tries += 1;
    try {
      const leaked = await work();
      seen.answers += 1;
      if (leaked) seen.leaks.push(what);
    } catch (error) {
      if (!(error instanceof ToolError)) throw error;
    }
  };
  const read = async (path: string): Promise<boolean> => {
    await using file = await workspace.openFile(workspace.locate(path), access);
    return (await file.read(0, 100)).toString().includes(SECRET) || secrets.has(file.stat.identity);
  };
  const list = async (path: string): Promise<boolean> => {
    await using directory = await workspace.openDirectory(workspace.locate(path), access);
    return (await directory.entries()).some(({ name }) => name === "SECRET-NAME");
  };
  const look = async (path: string): Promise<boolean> => {
    const { identity } = await workspace.stat(workspace.locate(path), access, { follow: true });
    return secrets.has(identity);
  };
  const walk = async (path: string): Promise<boolean> => {
    await using directory = await workspace.openDirectory(workspace.locate(path), access);
    const { entries } = await workspace.walk(directory, { limit: 1_000, facts: true }, access.signal);
    return entries.some((entry) => entry.path.endsWith("SECRET-NAME"));
  };
  for (const end = Date.now() + SWAP_MS; Date.now() < end;) {
    for (const path of paths.files) {
      await attempt(`read ${path}`, () => read(path));
      await attempt(`stat ${path}`, () => look(path));
    }
    for (const path of paths.directories) await attempt(`list ${path}`, () => list(path));
    for (const path of [".", ...paths.directories]) await attempt(`walk ${path}`, () => walk(path));
  }
  expect(
    access.asked
      .map(([place]: [Place, unknown]) => place.relative)
      .filter((path) => path.includes("outside")),
  ).toEqual([]);
  return seen;
}

interface Paths {
  readonly files: readonly string[];
  readonly directories: readonly string[];
}

async function identitiesIn(outside: string): Promise<Set<string>> {
  const { lstat, readdir } = await import("node:fs/promises");
  const names = await readdir(outside, { recursive: true });
  const stats = await Promise.all(
    ["", ...names].map((name) => lstat(`${outside}/${name}`, { bigint: true })),
  );
  return new Set(stats.map(({ dev, ino }) => `${dev}:${ino}`));
}

describe("while directories and files are exchanged with links to the outside", () => {
  test("handles never let anything from outside through", async () => {
    await using ground = await opened({}, "handles");
    await using swap = await swapper(ground);
    const seen = await watchTheDoor(ground, swap);
    const { exchanges } = await swap.stop();
    console.log(`handles: ${seen.answers} answers of ${seen.tries} tries, ${exchanges} exchanges`);
    expect(seen.leaks).toEqual([]);
    expect(seen.answers).toBeGreaterThan(100);
    expect(exchanges).toBeGreaterThan(100);
  });

  test("comparison fails closed or loses, and says how often it lost", async () => {
    await using ground = await opened({}, "compare");
    await using swap = await swapper(ground);
    const seen = await watchTheDoor(ground, swap);
    const { exchanges } = await swap.stop();
    const lost = [...new Set(seen.leaks)].map(
      (what) => `${what}: ${seen.leaks.filter((it) => it === what).length}`,
    );
    console.log(
      `compare: ${seen.leaks.length} leaks of ${seen.tries} tries, ${exchanges} exchanges; ${lost.join(", ")}`,
    );
    expect(seen.answers).toBeGreaterThan(100);
  });
});
