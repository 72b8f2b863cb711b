import fc from "fast-check";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openReader } from "../../../servers/search/store/open-reader.ts";
import { openWriter } from "../../../servers/search/store/open-writer.ts";
import type { NewFile, SkipReason } from "../../../servers/search/store/shapes.ts";
import { temporary } from "../../support/workspace.ts";
import { MAKEUP, newFile, PATHS } from "./model.ts";
import { expectedOf, snapshotOf, type Model } from "./snapshot.ts";

type Step =
  | { readonly kind: "put"; readonly files: readonly NewFile[] }
  | { readonly kind: "skip"; readonly path: string; readonly why: SkipReason }
  | { readonly kind: "remove"; readonly paths: readonly string[] };

const path = fc.constantFrom(...PATHS);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("put"), files: fc.array(newFile, { maxLength: 4 }) }),
  },
  fc.record({ kind: fc.constant("skip"), path, why: fc.constantFrom("binary", "secret") }),
  fc.record({ kind: fc.constant("remove"), paths: fc.array(path, { maxLength: 3 }) }),
);

function after(model: Model, done: Step): Model {
  const next = new Map(model);
  if (done.kind === "put") for (const file of done.files) next.set(file.path, file);
  if (done.kind === "skip") next.set(done.path, done.why);
  if (done.kind === "remove") for (const each of done.paths) next.delete(each);
  return next;
}

async function apply(folder: string, steps: readonly Step[]): Promise<void> {
  const writer = await openWriter(folder, MAKEUP);
  for (const each of steps) {
    if (each.kind === "put") writer.put(each.files);
    if (each.kind === "skip") writer.skip([{ path: each.path, stamp: {}, why: each.why }]);
    if (each.kind === "remove") writer.remove(each.paths);
  }
  writer.close();
}

test("after any changes an index says what a new one of the same files says, and a model in memory", async () => {
  await using ground = await temporary();
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), fc.nat(4), async (steps, every) => {
      const folder = join(ground.root, `index-${runs++}`);
      const reader = await openReader(folder, MAKEUP);
      expect(reader.standing).toBe("none");
      let model: Model = new Map();
      for (const [index, each] of steps.entries()) {
        await apply(folder, [each]);
        model = after(model, each);
        if (index % (every + 1) !== 0) continue;
        reader.refresh();
        expect(snapshotOf(reader)).toEqual(expectedOf(model));
      }
      const anew = join(ground.root, `anew-${runs}`);
      await apply(
        anew,
        [...model].map(([at, file]) =>
          typeof file === "object" ? { kind: "put", files: [file] } : { kind: "skip", path: at, why: file },
        ),
      );
      const fresh = await openReader(anew, MAKEUP);
      reader.refresh();
      expect(snapshotOf(reader)).toEqual(snapshotOf(fresh));
      reader.close();
      fresh.close();
    }),
    { numRuns: 25 },
  );
});
