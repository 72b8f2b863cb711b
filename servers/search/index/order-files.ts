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

/**
 * In the order in which a first build takes them: what tells of the project, then sources before tests before the rest,
 * what was changed last first. `times`: when, in whatever unit.
 */
export function orderFiles(paths: readonly string[], times: ReadonlyMap<string, number>): string[] {
  const keyed = paths.map((path) => ({ path, rank: rankOf(path), time: times.get(path) ?? 0 }));
  keyed.sort((a, b) => a.rank - b.rank || b.time - a.time || (a.path < b.path ? -1 : 1));
  return keyed.map(({ path }) => path);
}

function rankOf(path: string): number {
  if (FIRST.test(path) && path.split("/").length <= FIRST_DEPTH) return 0;
  return RANKS[roleOf(path, "")];
}
