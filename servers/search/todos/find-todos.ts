import type { Place } from "../../../shared/access.ts";
import { ToolError } from "../../../shared/errors.ts";
import { counted } from "../../../shared/listed.ts";
import { isInRepository } from "../../../shared/workspace/in-repository.ts";
import { ripgrep } from "../../../shared/workspace/ripgrep.ts";
import type { OpenDirectory } from "../../../shared/workspace/workspace.ts";
import type { SearchContext } from "../deps.ts";
import { sourceText } from "../source-text.ts";
import { NoteCheck } from "./note-check.ts";
import { findTags, tagPattern, toTodos, type Todo } from "./read-todos.ts";

/** Files with a tag that are read at most; the answer says when there are more. */
const MAX_FILES = 5_000;

/** A note in a file, as answers show the path. */
export interface FoundTodo extends Todo {
  readonly path: string;
}

export interface Todos {
  readonly todos: readonly FoundTodo[];
  /** Our sentences: what was left out. */
  readonly problems: readonly string[];
}

/** Every tagged comment at the paths, by path and line. ripgrep tells which files, and what is shown is read through the door. */
export async function findTodos(
  paths: readonly string[],
  tags: readonly string[],
  context: SearchContext,
): Promise<Todos> {
  const candidates = new Set<string>();
  for (const path of paths) await collect(path, { tags, candidates, context });
  const files = [...candidates].toSorted();
  const check = new NoteCheck();
  const todos: FoundTodo[] = [];
  for (const path of files.slice(0, MAX_FILES)) {
    const text = await textOf(path, context);
    if (text === undefined) continue;
    const notes = await check.of(findTags(text, tags), path, text);
    todos.push(...toTodos(notes).map((todo) => ({ ...todo, path })));
  }
  const problems = [
    ...(files.length > MAX_FILES
      ? [`only ${MAX_FILES} of ${files.length} files with tags were read: name paths`]
      : []),
    ...(check.unchecked > 0
      ? [`${counted(check.unchecked, "file")} read by lines: strings may be taken for comments`]
      : []),
  ];
  return { todos, problems };
}

interface Collecting {
  readonly tags: readonly string[];
  readonly candidates: Set<string>;
  readonly context: SearchContext;
}

async function collect(path: string, to: Collecting): Promise<void> {
  const { workspace, access } = to.context;
  const at = workspace.locate(path);
  const { kind, place } = await workspace.stat(at, access, { follow: true });
  if (kind !== "directory") {
    to.candidates.add(workspace.show(place));
    return;
  }
  await using directory = await workspace.openDirectory(at, access);
  await collectBelow(directory, to);
}

async function collectBelow(
  directory: OpenDirectory,
  { tags, candidates, context }: Collecting,
): Promise<void> {
  const { workspace, access, signal } = context;
  const { place } = directory;
  const request = {
    pattern: tagPattern(tags),
    literal: false,
    ignoreCase: false,
    multiline: false,
    globs: ["!.plumbline"],
    ignored: false,
    inRepository: await isInRepository(place, context),
    firstOnly: true,
    sorted: false,
    where: { directory: directory.workingDirectory },
  };
  for await (const found of ripgrep(request, signal))
    for (const { path } of found) {
      const below: Place = {
        root: place.root,
        relative: place.relative === "" ? path : `${place.relative}/${path}`,
      };
      if (mayRead(below, access)) candidates.add(workspace.show(below));
    }
}

function mayRead(place: Place, access: SearchContext["access"]): boolean {
  try {
    access.permit(place, "read");
    return true;
  } catch (error) {
    if (error instanceof ToolError) return false;
    throw error;
  }
}

/** Undefined for what went away meanwhile, or is none that can be shown. */
async function textOf(path: string, context: SearchContext): Promise<string | undefined> {
  context.signal.throwIfAborted();
  try {
    return await sourceText(context.workspace.locate(path), context);
  } catch (error) {
    if (error instanceof ToolError) return undefined;
    throw error;
  }
}
