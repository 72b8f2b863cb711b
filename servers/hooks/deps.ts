import type { HookDesk } from "../../shared/hook-desk.ts";
import { toolFor } from "../../shared/tool.ts";

/** What the tools about hooks work on: the hooks of their process. */
export interface HooksDeps {
  readonly hooks: HookDesk;
}

export const tool = toolFor<HooksDeps>();
