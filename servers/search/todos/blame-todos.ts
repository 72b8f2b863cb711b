import { ToolError } from "../../../shared/errors.ts";
import { parseBlame, type BlamedCommit } from "../../../shared/git/parse-blame.ts";
import { pathInRepository } from "../../../shared/git/paths.ts";
import type { SearchContext } from "../deps.ts";
import type { FoundTodo } from "./find-todos.ts";

/** Who wrote each note, by `path:line`; what git does not know is left out. */
export async function blameTodos(
  todos: readonly FoundTodo[],
  context: SearchContext,
): Promise<ReadonlyMap<string, BlamedCommit>> {
  const blamed = new Map<string, BlamedCommit>();
  for (const [path, of] of byPath(todos)) {
    context.signal.throwIfAborted();
    const commits = await blameFile(path, of, context);
    for (const [line, commit] of commits) blamed.set(`${path}:${line}`, commit);
  }
  return blamed;
}

async function blameFile(
  path: string,
  todos: readonly FoundTodo[],
  { git, workspace, signal }: SearchContext,
): Promise<(readonly [line: number, commit: BlamedCommit])[]> {
  try {
    const repository = await git.open(path, signal);
    if (repository.workTree === undefined) return [];
    const file = pathInRepository(workspace, repository, path);
    const lines = todos.flatMap(({ line }) => ["-L", `${line},${line}`]);
    const text = await git.text(repository, ["blame", "--porcelain", ...lines, "--", file], { signal });
    return parseBlame(text).map(({ line, commit }) => [line, commit] as const);
  } catch (error) {
    signal.throwIfAborted();
    // in no repository, not committed yet, or without git: the note is shown without its age
    if (error instanceof ToolError) return [];
    throw error;
  }
}

function byPath(todos: readonly FoundTodo[]): Map<string, FoundTodo[]> {
  const files = new Map<string, FoundTodo[]>();
  for (const todo of todos) files.set(todo.path, [...(files.get(todo.path) ?? []), todo]);
  return files;
}
