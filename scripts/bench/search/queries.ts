import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { REGISTRIES } from "../../packages/package.ts";

const Lines = z.tuple([z.int().positive(), z.int().positive()]);
const Query = z.object({
  query: z.string().min(1),
  kind: z.enum(["semantic", "architecture", "symbol"]),
  targets: z.array(z.object({ path: z.string().min(1), lines: Lines })).min(1),
});
const QueryFile = z.object({
  registry: z.enum(REGISTRIES),
  name: z.string(),
  version: z.string(),
  part: z.enum(["dev", "report"]),
  language: z.string(),
  root: z.string(),
  queries: z.array(Query).min(1),
});

export type Asked = z.infer<typeof Query>;
export type Target = Asked["targets"][number];
export type Part = z.infer<typeof QueryFile>["part"];

/** The queries about one package; lines are 1-based and inclusive. */
export interface QuerySet extends z.infer<typeof QueryFile> {
  /** The name of its file. */
  readonly id: string;
  /** Changes with anything in it. */
  readonly hash: string;
}

/** The queries of the wanted parts, by file name. A file of another part is not read further than to its part. */
export function readQueries(folder: string, parts: readonly Part[]): QuerySet[] {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .sort();
  return names.flatMap((name) => {
    const text = readFileSync(join(folder, name), "utf8");
    const read = QueryFile.parse(JSON.parse(text));
    if (!parts.includes(read.part)) return [];
    const hash = createHash("sha256").update(text).digest("hex").slice(0, 12);
    return [{ ...read, id: name.slice(0, -".json".length), hash }];
  });
}
