import { ToolError } from "../../errors.ts";
import { takeBack, type ReadyStep } from "./carry-out.ts";

/** Where a change could not be taken back. */
export interface Left {
  /** The place as answers show it, and where its old version lies. */
  readonly where: string;
  /** True when the disk did not let us, which may be over later; false when somebody has worked there since. */
  readonly again: boolean;
  readonly cause: unknown;
}

/** Takes steps back, the last one first, as far as that goes; what is in nobody's way is taken back in any case. */
export function takeAllBack(steps: readonly ReadyStep[]): Left[] {
  const left: Left[] = [];
  for (const step of steps.toReversed()) {
    try {
      takeBack(step);
    } catch (cause) {
      const kept = step.kept === undefined ? "" : ` (its old version is .plumbline/trash/${step.kept.name})`;
      left.push({ where: `${step.shown}${kept}`, again: !(cause instanceof ToolError), cause });
    }
  }
  return left;
}
