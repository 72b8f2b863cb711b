import { join } from "node:path";
import type { Place } from "../../../shared/access.ts";
import { ToolError } from "../../../shared/errors.ts";
import type { View, ViewTool } from "../../../shared/tool.ts";
import type { GitViewContext } from "../deps.ts";

/** Files of a call that have a view of their own; a hook may run for each. */
const MOST_FILES = 200;

interface Asked {
  readonly repo?: string | undefined;
}

/** The words behind `git` of a call, none when no command is like it; `at` spells its paths. */
export type Words<Input> = (input: Input, at: (path: string) => string) => readonly string[];

/** What a tool says under `views`. */
interface Seen<Input, Answer> {
  readonly as: readonly ViewTool[];
  of(input: Input, context: GitViewContext): Answer;
}

/**
 * A call as the command line that it stands for: whoever guards `git push` or `git commit` has written that for `Bash`.
 * What a switch or a merge brings out of the history is no `Edit`, as it is none in a shell.
 */
export function asCommand<Input>(words: Words<Input>): Seen<Input & Asked, View[]> {
  return {
    as: ["Bash"],
    of(input, context) {
      const { repo = "." } = input;
      const isHere = repo === ".";
      const spell = (path: string): string => (path.startsWith("-") ? `./${path}` : path);
      const given = words(input, isHere ? spell : (path) => absolute(path, context));
      if (given.length === 0) return [];
      const line = ["git", ...given].map(quoted).join(" ");
      const command = isHere ? line : `cd ${quoted(absolute(repo, context))} && ${line}`;
      const rewrite = (changed: Readonly<Record<string, unknown>>): unknown =>
        changed["command"] === command ? input : undefined;
      return [{ tool: "Bash", input: { command }, rewrite }];
    },
  };
}

/** The same, and an `Edit` of each file that the call would change: it names files, as an edit does. */
export function asCommandAndEdits<Input extends Asked & { readonly paths: readonly string[] }>(
  words: Words<NoInfer<Input>>,
  placesOf: (input: Input, context: GitViewContext) => Promise<readonly Place[]>,
): Seen<Input, Promise<View[]>> {
  const command = asCommand(words);
  return {
    as: ["Bash", "Edit"],
    async of(input, context) {
      const paths = await pathsOf(input, context);
      const edits = paths.slice(0, MOST_FILES).map((path): View => ({ tool: "Edit", path, input: {} }));
      const more = paths.length - edits.length;
      const rest: View = { tool: "Edit", path: input.repo ?? ".", input: { more }, more };
      return [...command.of(input, context), ...edits, ...(more === 0 ? [] : [rest])];
    },
  };

  async function pathsOf(input: Input, context: GitViewContext): Promise<readonly string[]> {
    try {
      return (await placesOf(input, context)).map((place) => context.workspace.show(place));
    } catch (error) {
      // the call itself says it better
      if (error instanceof ToolError) return input.paths;
      throw error;
    }
  }
}

function absolute(path: string, { workspace }: GitViewContext): string {
  try {
    const { root, parts } = workspace.locate(path);
    return join(root.path, ...parts);
  } catch (error) {
    if (error instanceof ToolError) return path;
    throw error;
  }
}

/** A word of the shell in the way that people write one: scripts look at it, no terminal does. */
function quoted(word: string): string {
  return /^[\w@%+=:,./~^-]+$/u.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
