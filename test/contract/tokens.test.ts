import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { catalog } from "../../servers/catalog.ts";
import budgets from "./budgets.json" with { type: "json" };

test("every server has a budget for its list of tools", () => {
  expect(Object.keys(budgets).toSorted()).toEqual(Object.keys(catalog).toSorted());
});

test("every list of tools keeps its budget", async () => {
  const script = join(import.meta.dirname, "../../scripts/tokens.mjs");
  const { stdout } = await promisify(execFile)(process.execPath, [script]);
  expect(stdout).toMatch(/^filesystem: \d+ of \d+ tokens/u);
});
