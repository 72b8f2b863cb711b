import { ToolError } from "../../../shared/errors.ts";
import type { Git } from "../../../shared/git/git.ts";
import { GitEngine } from "./git-engine.ts";
import type { Engine } from "./shapes.ts";

/** The engine of this machine; see the table in the README. */
export interface Engines {
  /** The program where there is one; throws `unavailable` where neither can be used. */
  pick(): Promise<Engine>;
}

export function openEngines(git: Git): Engines {
  const program = new GitEngine(git);
  return {
    async pick() {
      if ((await git.version()) !== undefined) return program;
      throw new ToolError("unavailable", "there is no git program, or one older than 2.34", {
        hint: "The person can install git, or put its folder into PATH.",
      });
    },
  };
}
