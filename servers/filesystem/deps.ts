import type { CallContext } from "../../shared/context.ts";
import { toolFor, type ViewContext } from "../../shared/tool.ts";
import type { Watch } from "../../shared/workspace/watch.ts";
import type { Workspace } from "../../shared/workspace/workspace.ts";

/** What the filesystem tools work on. */
export interface FilesystemDeps {
  readonly workspace: Workspace;
  readonly watch: Watch;
}

export type FilesystemContext = CallContext & FilesystemDeps;

/** What the views of a call are made with: the disk by names only. */
export type FilesystemViewContext = ViewContext & FilesystemDeps;

export const tool = toolFor<FilesystemDeps>();
