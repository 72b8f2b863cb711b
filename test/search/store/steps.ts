import fc from "fast-check";
import { writeFileSync } from "node:fs";
import { serialize } from "node:v8";
import { newFile, PATHS } from "./model.ts";
import type { Step } from "./step.ts";
import type { Model } from "./snapshot.ts";

const path = fc.constantFrom(...PATHS);
export const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("put"), files: fc.array(newFile, { maxLength: 4 }) }),
  },
  fc.record({ kind: fc.constant("skip"), path, why: fc.constantFrom("binary", "secret") }),
  fc.record({ kind: fc.constant("remove"), paths: fc.array(path, { maxLength: 3 }) }),
);

/** What is in the index then. */
export function after(model: Model, done: Step): Model {
  const next = new Map(model);
  if (done.kind === "put") for (const file of done.files) next.set(file.path, file);
  if (done.kind === "skip") next.set(done.path, done.why);
  if (done.kind === "remove") for (const each of done.paths) next.delete(each);
  return next;
}

export function stepsOf(seed: number, count: number): Step[] {
  return fc.sample(step, { seed, numRuns: count });
}

/** For another process, which has them sooner than it could make them. */
export function saveSteps(path: string, steps: readonly Step[]): void {
  writeFileSync(path, serialize(steps));
}
