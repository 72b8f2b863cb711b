import { realpath } from "node:fs/promises";
import { StartupError, isErrno } from "../errors.ts";

/** The file of the running command, links followed, as a client has to name it. Throws `StartupError`. */
export async function entryFile(): Promise<string> {
  const given = process.argv[1];
  if (given === undefined) throw new StartupError("started without a file, so there is none to write down");
  try {
    return await realpath(given);
  } catch (error) {
    if (isErrno(error, "ENOENT")) throw new StartupError(`${given} is gone; install Plumbline again`);
    throw error;
  }
}
