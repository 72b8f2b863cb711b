import { join } from "node:path";
import { StartupError } from "../errors.ts";
import { readProjectText, readUserText } from "./guarded-text.ts";

const NAME = "config.json";

export interface SettingsFile {
  readonly file: string;
  readonly value: unknown;
}

/** The person's own file. Nothing when there is none. Throws `StartupError`. */
export async function readUserFile(configFolder: string): Promise<SettingsFile | undefined> {
  const file = join(configFolder, NAME);
  return parse(file, await readUserText(file));
}

/** A project's file, which a stranger may have written. Nothing when there is none; throws `StartupError`. */
export async function readProjectFile(root: string): Promise<SettingsFile | undefined> {
  const folder = join(root, ".plumbline");
  return parse(join(folder, NAME), await readProjectText(folder, NAME));
}

async function parse(file: string, text: string | undefined): Promise<SettingsFile | undefined> {
  if (text === undefined) return undefined;
  // loaded only when there is a file: most servers start without one
  const { JsonProblem, parseJson } = await import("./parse-json.ts");
  try {
    return { file, value: parseJson(text) };
  } catch (error) {
    if (!(error instanceof JsonProblem)) throw error;
    throw new StartupError(`${file}:${error.line}:${error.column}: ${error.message}`);
  }
}
