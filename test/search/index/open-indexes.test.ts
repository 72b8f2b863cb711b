import { expect, test } from "vitest";
import { repository } from "../../support/repository.ts";
import { temporary } from "../../support/workspace.ts";
import { indexing } from "./support.ts";

test("a root is indexed whole, and says so", async () => {
  await using place = await temporary();
  const repo = await repository(place);
  await repo.commit("first", {
    "src/store.ts": "export class Store {\n  open(): void {\n    load();\n  }\n}\n",
    "README.md": "# Store\n\nKeeps things.\n",
    ".env": "TOKEN=very-secret-token\n",
    "logo.png": Buffer.from([0x89, 0, 1, 2]),
  });
  const { whole } = await indexing(place);
  const view = await whole();
  expect(view.state()).toEqual({
    state: "complete",
    indexed: 2,
    total: 2,
    stale: 0,
    skipped: { secret: 1, binary: 1 },
    problems: [],
  });
  expect(view.reader.definitionsNamed("open", { limit: 5 }).map(({ path, scope }) => [path, scope])).toEqual([
    ["src/store.ts", "Store"],
  ]);
});
