import type { Instructions } from "../../instructions/engine.ts";
import type { PromptDeps } from "./prompts.ts";
import { toolFor } from "../../shared/tool.ts";

/** What the tools about instructions work on. */
export interface InstructionsDeps extends PromptDeps {
  readonly instructions: Instructions;
}

export const tool = toolFor<InstructionsDeps>();
