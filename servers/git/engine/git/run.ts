import type { Git } from "../../../../shared/git/git.ts";
import type { Repository } from "../../../../shared/git/repository.ts";

/** Where one question is put to the git program. */
export interface GitRunIn {
  readonly git: Git;
  readonly repository: Repository;
  readonly signal: AbortSignal;
}
