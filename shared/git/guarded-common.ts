import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ToolError } from "../errors.ts";
import type { GitSetting } from "../policy/git-settings.ts";
import type { OwnFolder } from "./own-folder.ts";
import { configText } from "./safe-settings.ts";

/** What git shares between work trees and reads or writes in place; `hooks`, `config` and `rr-cache` are left out. */
const SHARED = ["objects", "refs", "packed-refs", "logs", "info", "shallow", "worktrees", "reftable"];
const MAX_KEPT = 64;

/** By the names of the files that we write. */
type Texts = Readonly<Record<string, string>>;

/**
 * Common folders of our own for repositories that nobody trusted: git finds the real objects and references in them
 * through links, a configuration that we wrote, and no hooks. So nothing that a repository could set runs anything, by
 * construction and not by a list of what is dangerous.
 */
export class GuardedCommons {
  readonly #own: OwnFolder;
  readonly #kept = new Map<string, string>();
  #made = 0;

  constructor(own: OwnFolder) {
    this.#own = own;
  }

  /** A folder for `GIT_COMMON_DIR`: of this real one, with exactly these settings. Throws `unavailable` without links. */
  folderFor(gitDir: string, commonDir: string, settings: readonly GitSetting[]): string {
    return this.#folder(gitDir, commonDir, { config: configText(settings) });
  }

  /** As `folderFor`; with this text as its HEAD it is a whole bare repository, which git may serve to another. */
  standInFor(commonDir: string, settings: readonly GitSetting[], head: string): string {
    return this.#folder("", commonDir, { config: configText(settings), HEAD: head });
  }

  #folder(gitDir: string, commonDir: string, texts: Texts): string {
    const key = JSON.stringify([gitDir, commonDir, texts]);
    const known = this.#kept.get(key);
    // somebody may have tidied up the state folder
    if (known !== undefined && existsSync(join(known, "config"))) return known;
    const folder = this.#make(commonDir, texts);
    this.#kept.set(key, folder);
    // another may be in use by a call that runs just now, so only the oldest goes
    const [oldest] = this.#kept;
    if (this.#kept.size > MAX_KEPT && oldest !== undefined) {
      this.#kept.delete(oldest[0]);
      rmSync(oldest[1], { recursive: true, force: true });
    }
    return folder;
  }

  #make(commonDir: string, texts: Texts): string {
    try {
      const folder = join(this.#own.path(), String((this.#made += 1)));
      mkdirSync(folder, { mode: 0o700 });
      for (const name of SHARED) symlinkSync(join(commonDir, name), join(folder, name), "junction");
      for (const [name, text] of Object.entries(texts))
        writeFileSync(join(folder, name), text, { mode: 0o600, flag: "wx" });
      return folder;
    } catch (error) {
      throw new ToolError("unavailable", "no private folder for git could be made", {
        hint: "A repository that the person trusted needs none: plumbline trust",
        cause: error,
      });
    }
  }
}
