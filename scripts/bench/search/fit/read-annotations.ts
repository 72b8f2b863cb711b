import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import type { Asked, Target } from "../queries.ts";

/** More lines than any file has: no result shows half of them, so that only the file counts. */
const WHOLE = 1e9;

const Place = z.union([
  z.string().transform((path): Target => ({ path, lines: [1, WHOLE] })),
  z
    .object({ path: z.string(), start_line: z.int(), end_line: z.int() })
    .transform(({ path, start_line, end_line }): Target => ({ path, lines: [start_line, end_line] })),
]);
const Places = z.array(Place).default([]);
const Annotation = z.object({
  query: z.string().min(1),
  category: z.string(),
  relevant: Places,
  secondary: Places,
});

/** A repository, and questions of which the right files are known, now and then with lines. */
export interface Annotated {
  readonly name: string;
  readonly folder: string;
  readonly queries: readonly (Asked & { readonly category: string })[];
}

/**
 * Reads `NAME.json` for each folder `NAME` of `repositories`, which may be a repository or the part of it that holds its
 * source. What is wanted and not there is left out, and so is a question of which nothing is there.
 */
export function readAnnotations(folder: string, repositories: string): Annotated[] {
  return readdirSync(repositories).flatMap((name) => {
    const file = join(folder, `${name}.json`);
    if (!existsSync(file)) return [];
    const root = join(repositories, name);
    const queries = z
      .array(Annotation)
      .parse(JSON.parse(readFileSync(file, "utf8")))
      .map(({ query, category, relevant, secondary }) => ({
        query,
        category,
        kind: category === "symbol" ? ("symbol" as const) : ("semantic" as const),
        targets: [...relevant, ...secondary].flatMap((target) => placeIn(root, target)),
      }));
    return [{ name, folder: root, queries: queries.filter(({ targets }) => targets.length > 0) }];
  });
}

/** With its path below the root, which may be any folder on its way. */
function placeIn(root: string, { path, lines }: Target): Target[] {
  const parts = path.split("/");
  const below = parts.map((_, index) => parts.slice(index).join("/"));
  const found = below.find((one) => existsSync(join(root, one)));
  return found === undefined ? [] : [{ path: found, lines }];
}
