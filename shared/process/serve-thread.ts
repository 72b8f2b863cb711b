import { parentPort } from "node:worker_threads";

/** For the file of a `MessageThread`: does what each message says, one after the other. An error of `act` ends the thread. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- what arrives is what the sender's type says
export function serveThread<To, From>(
  act: (message: To, say: (answer: From) => void) => Promise<void>,
): void {
  let last = Promise.resolve();
  const say = (answer: From): void => parentPort?.postMessage(answer, []);
  parentPort?.on("message", (message: To) => {
    last = last.then(() => act(message, say));
  });
}
