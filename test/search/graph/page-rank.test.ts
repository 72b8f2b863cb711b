import fc from "fast-check";
import { expect, test } from "vitest";
import { pageRank } from "../../../servers/search/graph/map/page-rank.ts";

test("what everybody links to comes first, and what that links to second", () => {
  const rank = pageRank(
    [1, 1, 1, 1],
    [
      { from: 0, to: 2, count: 1 },
      { from: 1, to: 2, count: 1 },
      { from: 2, to: 3, count: 1 },
    ],
  );
  const order = [...rank.keys()].toSorted((one, other) => (rank[other] ?? 0) - (rank[one] ?? 0));
  expect(order.slice(0, 2)).toEqual([3, 2]);
});

test("ranks sum to 1, are never negative, and grow where one begins", () => {
  const graph = fc.integer({ min: 1, max: 8 }).chain((count) =>
    fc.record({
      starts: fc.array(fc.integer({ min: 0, max: 9 }), { minLength: count, maxLength: count }),
      links: fc.array(
        fc.record({
          from: fc.nat(count - 1),
          to: fc.nat(count - 1),
          count: fc.integer({ min: 1, max: 5 }),
        }),
        { maxLength: 20 },
      ),
    }),
  );
  fc.assert(
    fc.property(graph, ({ starts, links }) => {
      const rank = pageRank(starts, links);
      expect(rank.reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 4);
      expect(Math.min(...rank)).toBeGreaterThanOrEqual(0);
      expect([...pageRank(starts, links)]).toEqual([...rank]);
    }),
  );
});
