import { Writable } from "node:stream";

/**
 * Keeps stdout for the protocol: from now on whatever anybody prints there (`console.log` too) goes to stderr,
 * and only the stream that comes back still reaches stdout. It fails when the reader is gone, and takes no more
 * than the reader does.
 */
export function guardStdout(): Writable {
  const { stdout, stderr } = process;
  const write = stdout.write.bind(stdout);
  stdout.write = stderr.write.bind(stderr);
  const real = new Writable({
    decodeStrings: false,
    write(chunk: Buffer | string, _encoding, done) {
      write(chunk, done);
    },
  });
  // Each answer that waits for the reader listens here.
  real.setMaxListeners(0);
  // EPIPE also comes as an event, which would end the process if nobody listened.
  stdout.on("error", (error) => real.destroy(error));
  return real;
}
