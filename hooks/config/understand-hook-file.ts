import { escapeForPerson } from "../../shared/escape-for-person.ts";
import type { LoadedHandler, Problem, Source } from "../handler.ts";
import { isRunHere, notRunHere } from "../run-here.ts";
import type { Dialect } from "./layout.ts";
import { type ParsedHooks, parseHooks } from "./parse-hooks.ts";
import { type FileContents, type LoadedFile, type Refusal, withoutHandlers } from "./read-hook-file.ts";

/** Makes sense of what was read of a file. Pure. */
export function understandHookFile(source: Source, read: string | Refusal): FileContents {
  const own = source.dialect === "plumbline";
  if (typeof read !== "string")
    return withoutHandlers(source, read, {
      state: "broken",
      problems: [{ level: "error", code: "unreadable", message: escapeForPerson(read.refused) }],
    });
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
            // whoever is to block when it fails is selected, and fails
            const counts = isRunHere(written.type) || written.onFailure === "block";
            const off = foreign ?? (counts ? undefined : notRunHere(written.type));
            return { handler: { ...written, event }, source, ...(off === undefined ? {} : { off }) };
          }),
        ),
  );
}
