import type { Git } from "../../../shared/git/git.ts";
import { EmbeddedEngine } from "./embedded/engine.ts";
import { GitEngine } from "./git/engine.ts";
import type { Engine } from "./shapes.ts";

/** The engine of this machine; see the table in the README. */
export interface Engines {
  /** The program where there is one of 2.34 or later, else the embedded one, which says `unavailable` to much. */
  pick(): Promise<Engine>;
}

/** Starts nothing. */
export function openEngines(git: Git): Engines {
  const program = new GitEngine(git);
  const embedded = new EmbeddedEngine(git);
  return {
    async pick() {
      return (await git.version()) === undefined ? embedded : program;
    },
  };
}

/** For the first line of what the embedded engine answers; undefined for the program. */
export function engineNote({ name }: Pick<Engine, "name">): string | undefined {
  return name === "git" ? undefined : "answered without the git program, only exact renames told";
}
