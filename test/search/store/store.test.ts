import fc from "fast-check";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openReader } from "../../../servers/search/store/open-reader.ts";
import { openWriter } from "../../../servers/search/store/open-writer.ts";
import { MAKEUP, newFile } from "./model.ts";

test("a reader sees what was put", async () => {
  const folder = await mkdtemp(join(tmpdir(), "store-"));
  const writer = await openWriter(folder, MAKEUP);
  const reader = await openReader(folder, MAKEUP);
  expect(reader.standing).toBe("same");
  const files = fc.sample(newFile, { numRuns: 30, seed: 4 });
  for (const file of files) writer.put([file]);
  reader.refresh();
  expect(reader.files().map(({ path }) => path)).toEqual([...new Set(files.map(({ path }) => path))].sort());
  writer.close();
  reader.close();
});
