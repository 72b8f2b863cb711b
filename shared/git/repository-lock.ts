import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { StartupError, ToolError } from "../errors.ts";
import { withLock } from "../workspace/lock-file.ts";

/**
 * One writer at a time for each repository among all our servers: git itself reads an index before it locks it (a commit
 * does), so what another process staged in between would be lost without a word.
 */
export class RepositoryLock {
  readonly #folder: string;

  constructor(stateFolder: string) {
    this.#folder = join(stateFolder, "git-locks");
  }

  /** Throws `conflict` when another server holds it for ten seconds. */
  async hold<T>(commonDir: string, step: () => Promise<T>): Promise<T> {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const name = createHash("sha256").update(commonDir).digest("hex").slice(0, 32);
    let isHeld = false;
    try {
      return await withLock(join(this.#folder, name), () => {
        isHeld = true;
        return step();
      });
    } catch (error) {
      if (isHeld || !(error instanceof StartupError)) throw error;
      throw new ToolError("conflict", "another server is at work in this repository", {
        hint: "Try again in a moment.",
        cause: error,
      });
    }
  }
}
