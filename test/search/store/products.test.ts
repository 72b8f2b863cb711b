import fc from "fast-check";
import { expect, test } from "vitest";
import { createProducts, PlainProducts } from "../../../servers/search/store/products.ts";

const byte = fc.integer({ min: -127, max: 127 });

test("vector instructions give the same products as the plain loop", () => {
  expect(createProducts(256)).not.toBeInstanceOf(PlainProducts);
  const lengths = fc.integer({ min: 1, max: 70 });
  const vectors = lengths.chain((length) =>
    fc.array(fc.array(byte, { minLength: length, maxLength: length }), { minLength: 1, maxLength: 40 }),
  );
  fc.assert(
    fc.property(vectors, fc.nat(40), (given, repeat) => {
      const [query = new Int8Array(0), ...rest] = given.map((each) => Int8Array.from(each));
      const all = [createProducts(query.length), new PlainProducts(query.length)].map((products) => {
        for (let round = 0; round <= repeat; round++)
          for (const [place, vector] of rest.entries()) products.set(round * rest.length + place, vector);
        return [...products.of(query, rest.length * (repeat + 1))];
      });
      expect(all[0]).toEqual(all[1]);
    }),
  );
});

test("the memory grows beyond its first page and keeps what is in it", () => {
  const products = createProducts(256);
  const one = new Int8Array(256).fill(127);
  for (let place = 0; place < 5_000; place++)
    products.set(place, place % 2 === 0 ? one : one.map(() => -127));
  const found = products.of(one, 5_000);
  expect(new Set(found.filter((_, place) => place % 2 === 0))).toEqual(new Set([256 * 127 * 127]));
  expect(new Set(found.filter((_, place) => place % 2 === 1))).toEqual(new Set([-256 * 127 * 127]));
});
