import type { Effect, Reach } from "../tool.ts";

export type Tier = 0 | 1 | 2 | 3;

/** The risk of a call: 0 reads here, 1 writes here, 2 destroys or runs a program, 3 may send something away. */
export function tierOf(effect: Effect, reach: Reach): Tier {
  if (reach === "network") return 3;
  if (reach === "process" || effect === "destroy") return 2;
  return effect === "write" ? 1 : 0;
}
