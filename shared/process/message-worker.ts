import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { childEnvironment } from "./environment.ts";
import { hold } from "./hold.ts";
import { isRunning } from "./kill.ts";
import { workerFile, type WorkerName } from "./worker.ts";

/** For glibc, which keeps what was freed: apart for each thread, and larger and larger pieces of it. */
const FRUGAL = { MALLOC_ARENA_MAX: "1", MALLOC_MMAP_THRESHOLD_: "65536", MALLOC_TRIM_THRESHOLD_: "131072" };

/** What no program sends itself; one without memory aborts. */
const FOREIGN: ReadonlySet<NodeJS.Signals> = new Set(["SIGKILL", "SIGTERM", "SIGINT", "SIGHUP"]);

export interface MessageWorkerOptions<From> {
  /** The most memory of its JavaScript, in MiB. */
  readonly megabytes: number;
  /** Called with each of its messages. */
  readonly heard: (message: From) => void;
  /** Called once, when it has ended for whatever reason. `isForeign`: somebody else did it, as far as the system tells. */
  readonly ended: (isForeign: boolean) => void;
}

/** A child process of ours that is spoken to in messages, which may hold bytes. It ends when this process does. */
export interface MessageWorker<To> {
  /** Resolves when the pipe took it all: wait for it before the next, or messages pile up in memory. False when it is gone. */
  send(message: To): Promise<boolean>;
  /** Whether it keeps this process alive; it does not at first. */
  hold(isHeld: boolean): void;
  /** At once, without asking it; resolves when it is gone. */
  kill(): Promise<void>;
}

export function startMessageWorker<To extends object, From>(
  name: WorkerName,
  { megabytes, heard, ended }: MessageWorkerOptions<From>,
): MessageWorker<To> {
  const child = fork(fileURLToPath(workerFile(name)), [], {
    execArgv: [`--max-old-space-size=${megabytes}`, "--max-semi-space-size=4"],
    env: childEnvironment(FRUGAL),
    // bytes stay bytes
    serialization: "advanced",
    // what it prints must not reach our own output, which is the protocol's
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  hold(child, false);
  let isGone = false;
  let isKilled = false;
  const gone = (isForeign: boolean): void => {
    if (!isGone) ended(isForeign);
    isGone = true;
  };
  // one that cannot be started has no exit
  child.on("error", () => gone(false));
  child.once("exit", (_code, signal) => gone(!isKilled && signal !== null && FOREIGN.has(signal)));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own worker says nothing else
  child.on("message", (message) => heard(message as From));
  return {
    send: (message) =>
      new Promise((resolve) => {
        if (isGone || !child.connected) return resolve(false);
        child.send(message, (error) => resolve(error === null));
      }),
    hold: (isHeld) => hold(child, isHeld),
    async kill() {
      if (isGone || child.pid === undefined || !isRunning(child)) return;
      const ending = once(child, "exit");
      hold(child, true);
      isKilled = true;
      child.kill("SIGKILL");
      await ending;
    },
  };
}
