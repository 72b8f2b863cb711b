import fc from "fast-check";
import { expect, test } from "vitest";
import { below, project, type Project } from "./graph/project.ts";

const FILES = {
  "src/cart/total.ts":
    "import { taxOf } from './tax.ts';\n\n/** Adds up the prices of a shopping cart, with tax. */\nexport function totalOfCart(prices: number[]): number {\n  return prices.reduce((sum, price) => sum + price + taxOf(price), 0);\n}\n",
  "src/cart/tax.ts":
    "import { rateOf } from '../rates.ts';\n\n/** The tax of one price. */\nexport function taxOf(price: number): number {\n  return price * rateOf('home');\n}\n",
  "src/rates.ts":
    "/** The tax rate of a country. */\nexport function rateOf(country: string): number {\n  return country === 'home' ? 0.2 : 0;\n}\n",
  "src/checkout.ts":
    "import { totalOfCart } from './cart/total.ts';\n\n/** Takes the money for a shopping cart. */\nexport function checkout(prices: number[]): number {\n  return totalOfCart(prices);\n}\n",
  "src/unrelated.ts": "/** Paints the wall. */\nexport function paint(): void {}\n",
  "test/total.test.ts":
    "import { totalOfCart } from '../src/cart/total.ts';\n\ntest('sums', () => {\n  totalOfCart([1]);\n});\n",
};

test("a question is answered with code, the calls among it, callers and tests", async () => {
  await using place = await project(FILES);
  const answer = await place.ask("explore", {
    query: "how is the tax added to the total of a shopping cart",
  });
  expect(answer).toMatch(/^\[\d+ definitions, best first, /u);
  expect(answer).toMatch(
    /\ncheckout -> totalOfCart \(src\/checkout\.ts:5\) -> taxOf \(src\/cart\/total\.ts:5\) -> rateOf \(src\/cart\/tax\.ts:5\)\n/u,
  );
  expect(answer).toMatch(/src\/cart\/total\.ts:4-6 totalOfCart\nexport function totalOfCart/u);
  expect(answer).toMatch(/totalOfCart: 1 caller in 1 file; tests: test\/total\.test\.ts/u);
});

test("an answer fits its budget, whatever that is", async () => {
  await using place = await project(FILES);
  const budgets = fc.integer({ min: 200, max: 6_000 });
  await fc.assert(
    fc.asyncProperty(budgets, fc.constantFrom("explore", "map_repository"), async (budget, tool) => {
      const answer = await place.ask(tool, { query: "tax of a shopping cart", budget });
      expect(answer.length).toBeLessThanOrEqual(budget);
      expect(answer).toMatch(/^\[/u);
    }),
    { numRuns: 40 },
  );
});

test("what nobody answers is said to be nothing", async () => {
  await using place = await project({ "a.ts": "export const a = 1;\n" });
  expect(await place.ask("explore", { query: "zebra migration" })).toMatch(
    /^\[(?:nothing in the index answers this|.*weak)/u,
  );
});

async function firstFiles(place: Project, input: object): Promise<string[]> {
  return below(await place.ask("map_repository", input))
    .map((line) => /^(\S+\.ts) \(/u.exec(line)?.[1])
    .filter((path) => path !== undefined);
}

test("a map has what others use first, the same each time, near what is asked for when that is told", async () => {
  await using place = await project(FILES);
  const all = await firstFiles(place, {});
  expect(all.slice(0, 1)).toEqual(["src/rates.ts"]);
  expect(all.indexOf("test/total.test.ts")).toBe(all.length - 1);
  expect(await firstFiles(place, {})).toEqual(all);
  expect((await firstFiles(place, { focus: ["src/unrelated.ts"] }))[0]).toBe("src/unrelated.ts");
  expect((await firstFiles(place, { query: "paints a wall" }))[0]).toBe("src/unrelated.ts");
  expect(await firstFiles(place, { path: "src/cart" })).toEqual(["src/cart/tax.ts", "src/cart/total.ts"]);
});

test("what has no room in a map is counted by folder", async () => {
  const many = Object.fromEntries(
    Array.from({ length: 60 }, (_, index) => [
      `lib/part${index}.ts`,
      `export function part${index}(): void {}\n`,
    ]),
  );
  await using place = await project(many);
  const answer = await place.ask("map_repository", { budget: 1_000 });
  expect(answer).toMatch(/^\[the \d+ most important of 60 files/u);
  expect(answer).toMatch(/\nlib\/ \d+ more files$/u);
});

test.each([
  ["an empty question", "explore", { query: "" }, /^invalid_input/u],
  ["a budget that holds nothing", "explore", { query: "x", budget: 3 }, /^invalid_input/u],
  ["a folder outside", "map_repository", { path: "../x" }, /^denied/u],
  ["a focus outside", "map_repository", { focus: ["/etc/passwd"] }, /^denied/u],
])("refuses %s", async (_, tool, input, expected) => {
  await using place = await project(FILES);
  expect(await place.failure(tool, input)).toMatch(expected);
});
