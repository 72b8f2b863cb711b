import type { HandlerRun } from "../outcome.ts";

/** The run of a handler that never began, with the reason in our words. */
export function unstartable(words: string): HandlerRun {
  return { end: "unstartable", stdout: "", cut: false, stderr: words, ms: 0 };
}
