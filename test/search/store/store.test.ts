import fc from "fast-check";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openReader } from "../../../servers/search/store/open-reader.ts";
import { openWriter } from "../../../servers/search/store/open-writer.ts";
import { temporary } from "../../support/workspace.ts";
import { MAKEUP } from "./makeup.ts";
import { apply, type Step } from "./step.ts";
import { after, step } from "./steps.ts";
import { expectedOf, snapshotOf, type Model } from "./snapshot.ts";

async function applyAll(folder: string, steps: readonly Step[]): Promise<void> {
  const writer = await openWriter(folder, MAKEUP);
  for (const each of steps) apply(writer, each);
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
        await applyAll(folder, [each]);
        model = after(model, each);
        if (index % (every + 1) !== 0) continue;
        reader.refresh();
        expect(snapshotOf(reader)).toEqual(expectedOf(model));
      }
      const anew = join(ground.root, `anew-${runs}`);
      await applyAll(
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
