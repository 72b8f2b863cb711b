import { Worker } from "node:worker_threads";
import { workerFile, type WorkerName } from "./worker.ts";

/** Three times what `--max-semi-space-size` says for a process. */
const YOUNG_MEGABYTES = 12;

export interface MessageThreadOptions<From> {
  /** The most memory of its JavaScript, in MiB. */
  readonly megabytes: number;
  /** Called with each of its messages. */
  readonly heard: (message: From) => void;
  /** Called once, when it ended by itself: it broke off, or ran out of memory. */
  readonly failed: () => void;
}

/** A thread of this process that is spoken to in messages. It does not keep the process alive. */
export interface MessageThread<To> {
  send(message: To): void;
  end(): void;
}

/** For work of our own on what a crash may take along: a thread that runs out of memory may end its process. */
export function startMessageThread<To, From>(
  name: WorkerName,
  { megabytes, heard, failed }: MessageThreadOptions<From>,
): MessageThread<To> {
  const thread = new Worker(workerFile(name), {
    resourceLimits: { maxOldGenerationSizeMb: megabytes, maxYoungGenerationSizeMb: YOUNG_MEGABYTES },
  });
  thread.unref();
  let isOver = false;
  const over = (): void => {
    if (!isOver) failed();
    isOver = true;
  };
  thread.on("error", over);
  thread.once("exit", over);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own thread says nothing else
  thread.on("message", (message) => heard(message as From));
  return {
    send: (message) => thread.postMessage(message, []),
    end() {
      isOver = true;
      void thread.terminate();
    },
  };
}
