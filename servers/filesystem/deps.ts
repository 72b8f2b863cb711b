import type { CallContext } from "../../shared/context.ts";
import { toolFor } from "../../shared/tool.ts";
import type { Watch } from "../../shared/workspace/watch.ts";
import type { Workspace } from "../../shared/workspace/workspace.ts";

/** What the filesystem tools work on. */
export interface FilesystemDeps {
  readonly workspace: Workspace;
  readonly watch: Watch;
}

export type FilesystemContext = CallContext & FilesystemDeps;

export const tool = toolFor<FilesystemDeps>();
