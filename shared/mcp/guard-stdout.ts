import { Writable } from "node:stream";

/**
 * Keeps stdout for the protocol: from now on whatever anybody prints there (`console.log` too) goes to stderr,
 * and only the stream that comes back still reaches stdout. It fails when the reader is gone, and takes no more
 * than the reader does.
 */
export function guardStdout(): Writable {
  const { stdout, stderr } = process;
  const real = new Writable();
  // Straight through: a stream that waits for the other one would hold back all but the first piece of an answer.
  real.write = stdout.write.bind(stdout);
  stdout.write = stderr.write.bind(stderr);
  // Each answer that waits for the reader listens here.
  real.setMaxListeners(0);
  stdout.on("drain", () => real.emit("drain"));
  // EPIPE also comes as an event, which would end the process if nobody listened.
  stdout.on("error", (error) => real.destroy(error));
  return real;
}
