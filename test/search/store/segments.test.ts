import fc from "fast-check";
import { expect, test } from "vitest";
import { packFile } from "../../../servers/search/store/pack-file.ts";
import { openReader } from "../../../servers/search/store/open-reader.ts";
import { openWriter } from "../../../servers/search/store/open-writer.ts";
import type { NewFile } from "../../../servers/search/store/shapes.ts";
import { wordHash } from "../../../shared/words/word-hash.ts";
import { temporary } from "../../support/workspace.ts";
import { MAKEUP } from "./makeup.ts";

const WORDS = Array.from({ length: 300 }, (_, index) => `word${index}`);

/** Many small units, each with one to three words. */
function fileOf(path: string, words: readonly (readonly number[])[]): NewFile {
  return {
    path,
    stamp: { size: 1, mtimeNs: "1", hash: "" },
    language: "go",
    cut: "lines",
    role: "code",
    errors: 0,
    lines: 1,
    definitions: [],
    references: words.flatMap((each) =>
      each.map((word) => ({ name: `name${word}`, line: 1, kind: "call" as const, within: -1 })),
    ),
    imports: [],
    units: words.map((each, index) => {
      const hashes = [...new Set(each)].map((word) => wordHash(WORDS[word] ?? "")).sort((a, b) => a - b);
      return {
        startLine: index,
        endLine: index,
        leaves: [
          {
            startLine: index,
            endLine: index,
            definition: -1,
            text: "",
            words: {
              hashes: Uint32Array.from(hashes),
              fields: new Uint8Array(hashes.length),
              counts: new Uint8Array(hashes.length).fill(1),
              lengths: [hashes.length, 0, 0, 0],
            },
          },
        ],
      };
    }),
  };
}

const word = fc.nat(WORDS.length - 1).map((at) => Math.floor((at * at) / WORDS.length));
const content = fc.array(fc.array(word, { minLength: 1, maxLength: 3 }), { maxLength: 120 });

test("lists stay right while segments are merged, cleaned and dropped", async () => {
  await using ground = await temporary();
  const writer = await openWriter(ground.root, MAKEUP);
  const reader = await openReader(ground.root, MAKEUP);
  const model = new Map<string, readonly (readonly number[])[]>();
  const contents = fc.sample(content, { seed: 3, numRuns: 500 });
  for (const [step, words] of contents.entries()) {
    const path = `${(step * step) % 37}`;
    if (step % 9 === 8) {
      writer.remove([path]);
      model.delete(path);
    } else {
      writer.put([packFile(fileOf(path, words))]);
      model.set(path, words);
    }
    if (step % 25 !== 0) continue;
    reader.refresh();
    const units = [...model.values()].flat();
    expect(reader.frequencies(WORDS)).toEqual(
      WORDS.map((_, at) => units.filter((each) => each.includes(at)).length),
    );
    const rare = WORDS.slice(-40);
    const found = reader
      .lexical(
        rare.map((each) => ({ word: each, weight: 1 })),
        [{ limit: 100_000 }],
      )
      .flat();
    expect(found).toHaveLength(units.filter((each) => each.some((at) => at >= WORDS.length - 40)).length);
    const files = [...model].filter(([, all]) => all.flat().includes(7)).map(([at]) => at);
    const users = new Set(reader.referencesNamed("name7", 100_000).map((each) => each.path));
    expect([...users].sort()).toEqual(files.sort());
  }
  writer.close();
  reader.close();
});
