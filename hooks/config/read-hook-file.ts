import { basename, dirname } from "node:path";
import { readOwnedText, readProjectText } from "../../shared/config/guarded-text.ts";
import { StartupError } from "../../shared/errors.ts";
import type { LoadedHandler, Problem, Source } from "../handler.ts";
import type { Dialect } from "./layout.ts";

/** What became of one file that may hold hooks. */
export interface LoadedFile {
  readonly source: Source;
  /** `broken`: it says nothing that counts. `skipped`: it is another host's, or in no shape that is run. */
  readonly state: "read" | "missing" | "broken" | "skipped";
  readonly dialect: Dialect;
  readonly problems: readonly Problem[];
}

/** A file as it was read last. */
export interface FileContents {
  readonly file: LoadedFile;
  readonly handlers: readonly LoadedHandler[];
  readonly disablesAll: boolean;
  /** The text, or why there is none: the same again means that nothing has changed. */
  readonly read: string | Refusal | undefined;
}

/** Our own sentence. */
export interface Refusal {
  readonly refused: string;
}

/** The text of a file; nothing when there is none. Project files are reached without following a link. Does not throw. */
export async function readHookText({ scope, file }: Source): Promise<string | Refusal | undefined> {
  try {
    return scope === "home"
      ? await readOwnedText(file)
      : await readProjectText(dirname(file), basename(file));
  } catch (error) {
    if (error instanceof StartupError) return { refused: error.message };
    const code = error instanceof Error && "code" in error ? ` (${String(error.code)})` : "";
    return { refused: `${file} cannot be read${code}` };
  }
}

/** A file that is not there. */
export function missingFile(source: Source): FileContents {
  return withoutHandlers(source, undefined, { state: "missing", problems: [] });
}

/** A file that gives no handlers, and why. */
export function withoutHandlers(
  source: Source,
  read: FileContents["read"],
  { state, problems }: Pick<LoadedFile, "state" | "problems">,
): FileContents {
  return { file: { source, state, dialect: "unknown", problems }, handlers: [], disablesAll: false, read };
}
