import type { Progress } from "../context.ts";
import { Pace } from "./pace.ts";

/** Progress as the protocol wants it. */
export interface ThrottledProgress {
  readonly report: (progress: Progress) => void;
  /** Delivers what was held back; later reports are dropped, since the answer is on its way. */
  readonly finish: () => void;
}

/** Passes on only values that rise, at most ten a second, the last one always. */
export function throttleProgress(deliver: (progress: Progress) => void): ThrottledProgress {
  let newest: Progress | undefined;
  let open = true;
  const pace = new Pace(() => {
    if (newest !== undefined) deliver(newest);
  });
  return {
    report(progress) {
      if (!open || !Number.isFinite(progress.done) || progress.done <= (newest?.done ?? -Infinity)) return;
      newest = progress;
      pace.request();
    },
    finish() {
      open = false;
      pace.finish();
    },
  };
}
