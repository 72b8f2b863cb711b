import type { Progress } from "../../shared/context.ts";
import { escapeForPerson } from "../../shared/escape-for-person.ts";

const WIDTH = 24;
/** Back to the first column, and nothing behind it. */
const CLEAR = "\r\u001B[K";

/** A bar on stderr, where that is a terminal; nothing elsewhere. */
export interface ProgressBar {
  readonly show: (progress: Progress) => void;
  /** Takes it away again, so that results begin on a clean line. */
  readonly clear: () => void;
}

/** `title` stands before the bar. */
export function progressBar(title: string): ProgressBar {
  let isShown = false;
  return {
    show({ done, total, message = "" }) {
      if (!process.stderr.isTTY) return;
      isShown = true;
      process.stderr.write(
        `${CLEAR}${barText(title, { done, total })} ${escapeForPerson(message).slice(0, 60)}`,
      );
    },
    clear() {
      if (isShown) process.stderr.write(CLEAR);
      isShown = false;
    },
  };
}

/** `indexing [######------] 120 of 240`. */
export function barText(
  title: string,
  { done, total }: { readonly done: number; readonly total: number | undefined },
): string {
  if (total === undefined || total === 0) return `${title} ${done}`;
  const full = Math.round(Math.min(1, done / total) * WIDTH);
  return `${title} [${"#".repeat(full)}${"-".repeat(WIDTH - full)}] ${done} of ${total}`;
}
