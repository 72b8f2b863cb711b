import { ToolError } from "../../shared/errors.ts";
import { pathInRepository, placeInRepository, showInRepository } from "../../shared/git/paths.ts";
import type { Repository } from "../../shared/git/repository.ts";
import { Refs } from "../../shared/git/refs.ts";
import type { GitContext, GitViewContext } from "./deps.ts";

/** A repository with a working tree. */
export interface WorkingRepository extends Repository {
  readonly workTree: string;
}

/** The repository of a call and what to look things up with. */
export interface Opened<R extends Repository = Repository> {
  readonly repository: R;
  readonly refs: Refs;
  /** The paths of the call, as the repository calls them. */
  readonly paths: readonly string[];
}

interface Asked {
  readonly repo?: string | undefined;
  readonly paths?: readonly string[] | undefined;
}

/** By `repo`; else by the first path; else the only one there is. */
export async function openRepository(
  { repo, paths = [] }: Asked,
  context: GitContext | GitViewContext,
): Promise<Opened> {
  const { git, workspace, signal } = context;
  const repository = await git.open(repo ?? paths[0], signal);
  return {
    repository,
    refs: new Refs(git, repository, signal),
    paths: paths.map((path) => pathInRepository(workspace, repository, path)),
  };
}

/** As `openRepository`; throws `invalid_input` for a bare one. */
export async function openWorkTree(
  asked: Asked,
  context: GitContext | GitViewContext,
): Promise<Opened<WorkingRepository>> {
  const { repository, refs, paths } = await openRepository(asked, context);
  if (!hasWorkTree(repository))
    throw new ToolError("invalid_input", `${showInRepository(repository, "")} is a bare repository`, {
      hint: "It has no working tree: only its history can be looked at.",
    });
  return { repository, refs, paths };
}

function hasWorkTree(repository: Repository): repository is WorkingRepository {
  return repository.workTree !== undefined;
}

/** False for what is not shown, as a file of secrets: by its path in the repository, at whatever revision. */
export function mayShow({ access }: GitContext, repository: Repository, path: string): boolean {
  try {
    access.permit(placeInRepository(repository, path), "read");
    return true;
  } catch (error) {
    if (error instanceof ToolError && error.code === "denied") return false;
    throw error;
  }
}
