import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeFile } from "../../../servers/search/index/make-file.ts";
import { HEAD_CHARS, roleOf } from "../../../servers/search/index/roles.ts";
import { languageOf } from "../../../servers/search/parse/language-of.ts";
import { FileParser } from "../../../servers/search/parse/parse-file.ts";
import { packFile } from "../../../servers/search/store/pack-file.ts";
import { openReader } from "../../../servers/search/store/open-reader.ts";
import { openWriter } from "../../../servers/search/store/open-writer.ts";
import type { IndexReader, NewFile } from "../../../servers/search/store/shapes.ts";
import { Lookups } from "../../../servers/search/graph/lookups.ts";

const MAKEUP = { version: 1, table: "" };
const parser = new FileParser();

/** A real index over these texts, without files on the disk. */
export interface Indexed extends AsyncDisposable {
  readonly reader: IndexReader;
  readonly lookups: Lookups;
}

export async function indexed(files: Readonly<Record<string, string>>): Promise<Indexed> {
  const folder = await mkdtemp(join(tmpdir(), "plumb-graph-"));
  const writer = await openWriter(folder, MAKEUP);
  const made = await Promise.all(Object.entries(files).map(([path, text]) => fileOf(path, text)));
  writer.put(made.map(packFile));
  writer.publish();
  writer.close();
  const reader = await openReader(folder, MAKEUP);
  return {
    reader,
    lookups: new Lookups(reader),
    async [Symbol.asyncDispose]() {
      reader.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function fileOf(path: string, text: string): Promise<NewFile> {
  const head = text.slice(0, HEAD_CHARS);
  const parsed = await parser.parse({ language: languageOf(path, head), text });
  const hash = createHash("sha1").update(text).digest("hex");
  const stamp = { size: Buffer.byteLength(text), mtimeNs: "1", hash };
  return makeFile({ path, text, stamp, role: roleOf(path, head) }, parsed, undefined);
}
