import type { ChildProcess } from "node:child_process";

/** Whether a child with a channel keeps our own process alive. */
export function hold(worker: ChildProcess, isHeld: boolean): void {
  if (isHeld) worker.ref();
  else worker.unref();
  const { channel } = worker;
  if (isHeld) channel?.ref();
  else channel?.unref();
}
