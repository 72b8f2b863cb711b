import { setImmediate } from "node:timers/promises";
import type { FileRole } from "../store/shapes.ts";
import { roleOf } from "./roles.ts";

const FIRST =
  /(?:^|\/)(?:readme[^/]*|package\.json|cargo\.toml|pyproject\.toml|setup\.py|go\.mod|pom\.xml|build\.gradle(?:\.kts)?|gemfile|composer\.json|[^/]+\.(?:csproj|gemspec|sln))$/iu;
/** Files that lie deeper are seldom what a project tells of itself. */
const FIRST_DEPTH = 3;

const RANKS: Readonly<Record<FileRole, number>> = {
  code: 1,
  tools: 2,
  test: 3,
  example: 4,
  config: 5,
  docs: 5,
  generated: 6,
  vendored: 7,
};

/** Files after which others get their turn. */
const AT_ONCE = 1_000;

/**
 * In the order in which a first build takes them: what tells of the project, then sources before tests before the rest,
 * what was changed last first. `times`: when, in whatever unit; without them the order stays otherwise.
 */
export async function orderFiles(
  paths: readonly string[],
  times: ReadonlyMap<string, number>,
): Promise<string[]> {
  const byRank: string[][] = [];
  for (const [index, path] of paths.entries()) {
    if (index % AT_ONCE === AT_ONCE - 1) await setImmediate();
    (byRank[rankOf(path)] ??= []).push(path);
  }
  const timeOf = (path: string): number => times.get(path) ?? 0;
  if (times.size > 0) for (const group of byRank) group?.sort((a, b) => timeOf(b) - timeOf(a));
  return byRank.flat();
}

function rankOf(path: string): number {
  if (FIRST.test(path) && path.split("/").length <= FIRST_DEPTH) return 0;
  return RANKS[roleOf(path, "")];
}
