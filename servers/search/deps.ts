import type { CallContext } from "../../shared/context.ts";
import type { Git } from "../../shared/git/git.ts";
import { toolFor } from "../../shared/tool.ts";
import type { Workspace } from "../../shared/workspace/workspace.ts";
import type { CodeIndexes } from "./index/shapes.ts";
import type { SearchOptions } from "./options.ts";

/** What the search tools work on. */
export interface SearchDeps {
  readonly indexes: CodeIndexes;
  readonly workspace: Workspace;
  readonly git: Git;
  readonly options: SearchOptions;
}

export type SearchContext = CallContext & SearchDeps;

export const tool = toolFor<SearchDeps>();
