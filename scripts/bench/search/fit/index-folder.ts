import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { StaticTable } from "../../../../shared/model/static-table.ts";
import { makeFile } from "../../../../servers/search/index/make-file.ts";
import { roleOf } from "../../../../servers/search/index/roles.ts";
import { languageOf } from "../../../../servers/search/parse/language-of.ts";
import { FileParser } from "../../../../servers/search/parse/parse-file.ts";
import { packFile } from "../../../../servers/search/store/pack-file.ts";
import { openReader } from "../../../../servers/search/store/open-reader.ts";
import { openWriter } from "../../../../servers/search/store/open-writer.ts";
import type { OpenIndexReader } from "../../../../servers/search/store/reader.ts";
import type { PackedFile } from "../../../../servers/search/store/packed-file.ts";
import type { Makeup } from "../../../../servers/search/store/shapes.ts";

const GRAMMARS = pathToFileURL(`${join(import.meta.dirname, "../../../dist/grammars")}/`);
const BATCH = 50;
const MAX_BYTES = 1_048_576;

/** Indexes what git lists in a project, as the server does, into a folder, once for each makeup. */
export async function indexFolder(
  project: string,
  { folder, table, version }: { folder: string; table: StaticTable | undefined; version: number },
): Promise<OpenIndexReader> {
  const makeup: Makeup = { version, table: table?.id ?? "" };
  const known = await openReader(folder, makeup);
  if (known.standing === "same" && known.meta("whole") === "yes") return known;
  known.close();
  mkdirSync(folder, { recursive: true });
  const writer = await openWriter(folder, makeup);
  const parser = new FileParser(GRAMMARS);
  let batch: PackedFile[] = [];
  for (const path of listed(project)) {
    const text = textOf(join(project, path));
    if (text === undefined) continue;
    const parsed = await parser.parse({ language: languageOf(path, text.slice(0, 8_000)), text });
    const stamp = { size: text.length, mtimeNs: "0", hash: "" };
    const role = roleOf(path, text.slice(0, 2_000));
    batch.push(packFile(makeFile({ path, text, stamp, role }, parsed, table)));
    if (batch.length >= BATCH) writer.put(batch);
    if (batch.length >= BATCH) batch = [];
  }
  writer.put(batch);
  writer.setMeta("whole", "yes");
  writer.publish();
  writer.close();
  return await openReader(folder, makeup);
}

function listed(project: string): string[] {
  return execFileSync("git", ["-C", project, "ls-files", "-z"], { maxBuffer: 1 << 28 })
    .toString()
    .split("\0")
    .filter((path) => path !== "" && !/\.(?:svg|map)$/iu.test(path));
}

function textOf(file: string): string | undefined {
  const bytes = readFileSync(file);
  if (bytes.length > MAX_BYTES || bytes.subarray(0, 8_000).includes(0)) return undefined;
  const text = bytes.toString("utf8");
  return text.length > 5_000 && text.length / text.split("\n").length > 300 ? undefined : text;
}
