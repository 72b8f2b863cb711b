import { basename, dirname } from "node:path";
import { readOwnedText, readProjectText } from "../../shared/config/guarded-text.ts";
import { StartupError } from "../../shared/errors.ts";
import { escapeForPerson } from "../../shared/escape-for-person.ts";
import type { LoadedHandler, Problem, Source } from "../handler.ts";
import { isRunHere } from "./handler-fields.ts";
import type { Dialect } from "./layout.ts";
import { type ParsedHooks, parseHooks } from "./parse-hooks.ts";

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

/** Makes sense of what was read of a file. Pure. */
export function understandHookFile(source: Source, read: FileContents["read"]): FileContents {
  const own = source.dialect === "plumbline";
  const without = (state: LoadedFile["state"], problems: readonly Problem[]): FileContents => ({
    file: { source, state, dialect: "unknown", problems },
    handlers: [],
    disablesAll: false,
    read,
  });
  if (read === undefined) return without("missing", []);
  if (typeof read !== "string")
    return without("broken", [
      { level: "error", code: "unreadable", message: escapeForPerson(read.refused) },
    ]);
  const parsed = parseHooks(read, { file: source.file, own });
  const state = stateOf(parsed);
  const foreign =
    state === "skipped" ? `written for ${HOSTS[parsed.dialect]}, not in Claude Code's shape` : undefined;
  const problems: Problem[] =
    foreign === undefined
      ? [...parsed.problems]
      : [
          {
            level: "error",
            code: `foreign_dialect:${parsed.dialect}`,
            message: `${foreign}: nothing in it is run`,
          },
          ...parsed.problems,
        ];
  return {
    file: { source, state, dialect: parsed.dialect, problems },
    handlers: handlersOf(parsed, source, foreign),
    disablesAll: state === "read" && parsed.disableAllHooks,
    read,
  };
}

const HOSTS: Readonly<Record<Dialect, string>> = {
  claude: "Claude Code",
  codex: "Codex",
  cursor: "Cursor",
  copilot: "Copilot",
  gemini: "Gemini CLI",
  flat: "another host",
  fragment: "no event",
  unknown: "another host",
};

function stateOf({ parse, dialect }: ParsedHooks): LoadedFile["state"] {
  if (parse === "invalid_json" || parse === "invalid") return "broken";
  return dialect === "claude" ? "read" : "skipped";
}

function handlersOf(parsed: ParsedHooks, source: Source, foreign: string | undefined): LoadedHandler[] {
  return parsed.events.flatMap(({ event, groups }) =>
    event === undefined
      ? []
      : groups.flatMap(({ handlers }) =>
          handlers.map((written) => {
            const off =
              foreign ??
              (isRunHere(written.type) ? undefined : `handlers of type ${written.type} are not run here`);
            return { handler: { ...written, event }, source, ...(off === undefined ? {} : { off }) };
          }),
        ),
  );
}
