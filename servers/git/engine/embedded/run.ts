import type { Git } from "../../../../shared/git/git.ts";
import type { GitFiles } from "../../../../shared/git/git-files.ts";
import type { Repository } from "../../../../shared/git/repository.ts";
import type { Objects } from "./objects.ts";

/** Where one question is answered without the program. */
export interface EmbeddedRunIn {
  /** For the workspace and for submodules; it starts nothing. */
  readonly git: Git;
  readonly files: GitFiles;
  readonly objects: Objects;
  readonly repository: Repository;
  readonly signal: AbortSignal;
}
