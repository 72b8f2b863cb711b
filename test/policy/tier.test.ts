import { expect, test } from "vitest";
import { tierOf } from "../../shared/policy/tier.ts";

test("the tier follows from effect and reach, and the network outweighs everything", () => {
  const effects = ["read", "write", "destroy"] as const;
  const reaches = ["local", "process", "network"] as const;
  const table = effects.map((effect) => reaches.map((reach) => tierOf(effect, reach)));
  expect(table).toEqual([
    [0, 2, 3],
    [1, 2, 3],
    [2, 2, 3],
  ]);
});
