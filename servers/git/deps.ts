import type { CallContext } from "../../shared/context.ts";
import type { TextDiffer } from "../../shared/edit/text-differ.ts";
import type { Git } from "../../shared/git/git.ts";
import { toolFor, type ViewContext } from "../../shared/tool.ts";
import type { Workspace } from "../../shared/workspace/workspace.ts";
import type { Engines } from "./engine/engines.ts";
import type { GitServerOptions } from "./options.ts";

/** What the git tools work on. */
export interface GitDeps {
  readonly git: Git;
  readonly workspace: Workspace;
  readonly engines: Engines;
  /** For what is in no repository. */
  readonly differ: TextDiffer;
  readonly options: GitServerOptions;
}

export type GitContext = CallContext & GitDeps;

/** What may be looked at before policy decided. */
export type GitViewContext = ViewContext & GitDeps;

export const tool = toolFor<GitDeps>();
