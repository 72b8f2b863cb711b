/**
 * For the file of a `MessageWorker`: does what each message says, one after the other, and tells what comes of it. An
 * error that `act` throws ends the process. `foresee` is told each message as soon as it comes.
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- what arrives is what the sender's type says
export function serveMessages<To, From>(
  act: (message: To, say: (answer: From) => void) => Promise<void>,
  foresee?: (message: To, say: (answer: From) => void) => void,
): void {
  let last = Promise.resolve();
  const say = (answer: From): void => {
    if (process.connected) process.send?.(answer);
  };
  process.on("message", (message: To) => {
    foresee?.(message, say);
    last = last.then(() => act(message, say));
    last.catch((error: unknown) => {
      // where a person who looks for the reason finds it: its own output is closed
      process.exitCode = 1;
      setImmediate(() => {
        throw error;
      });
    });
  });
  // whoever asked is gone
  process.once("disconnect", () => process.exit());
}
