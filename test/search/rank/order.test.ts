import { expect, test } from "vitest";
import { order, type Ranked } from "../../../servers/search/rank/order.ts";
import { readQuery } from "../../../servers/search/rank/read-query.ts";
import { gather } from "../../../servers/search/rank/retrieve.ts";
import { memoryIndex } from "./memory-index.ts";

function ranked(places: readonly (readonly [path: string, score: number])[]): Ranked[] {
  const paths = [...new Set(places.map(([path]) => path))];
  const files = paths.map((path) => ({
    path,
    units: places.filter(([other]) => other === path).map(() => ({ leaves: [{ text: "zebra" }] })),
  }));
  const left = gather([{ reader: memoryIndex(files) }], { query: readQuery("zebra") }).scored.slice();
  return places.map(([path, score]) => {
    const at = left.findIndex(({ candidate }) => candidate.path === path);
    const [scored] = left.splice(at, 1);
    if (scored === undefined) throw new Error(`no unit of ${path}`);
    return { scored, score };
  });
}

function paths(list: readonly Ranked[]): string[] {
  return list.map(({ scored }) => scored.candidate.path);
}

test("further units of a file give way to others that are nearly as good", () => {
  const list = ranked([
    ["a", 5],
    ["a", 4.9],
    ["b", 4.8],
  ]);
  expect(paths(order(list, 0.3))).toEqual(["a", "b", "a"]);
});

test("they stay before what is much worse, and the best unit of a file pays nothing", () => {
  const list = ranked([
    ["b", 2],
    ["a", 4.9],
    ["a", 5],
  ]);
  expect(paths(order(list, 0.3))).toEqual(["a", "a", "b"]);
});
