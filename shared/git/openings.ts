import { join } from "node:path";
import { parseGitSettings, type GitSetting } from "../policy/git-settings.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { FolderCheck } from "./check-folders.ts";
import { findRepository, type Found } from "./find-repository.ts";
import { GitFiles } from "./git-files.ts";
import { Looks } from "./looks.ts";
import { type Underway, underwayIn } from "./state.ts";

const MAX_KNOWN = 200;

/** What a repository's files say. */
export interface Opening {
  readonly found: Found;
  /** Of its own configuration files; those that they include are not read. */
  readonly settings: readonly GitSetting[];
  readonly underway: Underway | undefined;
}

/** Finds repositories and looks through their folders; what did not change since is not looked at again. */
export class Openings {
  readonly #workspace: Workspace;
  readonly #folders = new FolderCheck();
  readonly #known = new Map<string, Opening & { readonly looks: Looks }>();

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
  }

  /** As `Git.open`. */
  async look(at: string | undefined, signal: AbortSignal): Promise<Opening> {
    const key = at ?? "";
    const known = this.#known.get(key);
    if (known?.looks.isUnchanged() === true) return known;
    this.#known.delete(key);
    const looks = new Looks();
    const files = new GitFiles(this.#workspace, signal, looks);
    const found = await findRepository(files, at);
    await this.#folders.check(files, [found.gitDir, found.commonDir]);
    const settings = await readSettings(files, found);
    const fresh = { looks, found, settings, underway: await underwayIn(files, found) };
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.set(key, fresh);
    return fresh;
  }
}

async function readSettings(files: GitFiles, { gitDir, commonDir }: Found): Promise<GitSetting[]> {
  const shared = parseGitSettings((await files.text(join(commonDir, "config"))) ?? "");
  const own = shared.some(({ key, value }) => key === "extensions.worktreeconfig" && !isFalse(value));
  const more = own ? await files.text(join(gitDir, "config.worktree")) : undefined;
  return [...shared, ...parseGitSettings(more ?? "")];
}

/** As git reads a switch. */
function isFalse(value: string): boolean {
  return ["", "false", "no", "off", "0"].includes(value.toLowerCase());
}
