import { mkdir, realpath } from "node:fs/promises";
import { resolve } from "node:path";
import { StartupError } from "../errors.ts";

/** Our own folders, absolute, as given and with their links followed. */
interface OurFolders {
  /** Where approvals lie. */
  readonly state: string;
  readonly stateFolders: readonly string[];
  readonly configFolders: readonly string[];
}

/** Makes the state folder, private, when it is missing. Throws `StartupError` when it cannot be used. */
export async function ourFolders(given: {
  readonly stateFolder: string;
  readonly configFolder?: string;
}): Promise<OurFolders> {
  const state = await realFolder(given.stateFolder);
  return {
    state,
    stateFolders: [state, resolve(given.stateFolder)],
    configFolders: await bothForms(given.configFolder),
  };
}

async function realFolder(folder: string): Promise<string> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return await realpath(folder);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StartupError(`the state folder ${folder} cannot be used: ${why}`, { cause: error });
  }
}

/** A folder that is not there yet has only one form. */
async function bothForms(folder: string | undefined): Promise<string[]> {
  if (folder === undefined) return [];
  const given = resolve(folder);
  const real = await realpath(given).catch(() => given);
  return [given, real];
}
