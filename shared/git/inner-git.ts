import { existsSync, mkdtempSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ToolError } from "../errors.ts";
import { run } from "../process/run.ts";
import type { OwnFolder } from "./own-folder.ts";

/**
 * What git finds when it starts git by itself. For a change as small as a stash it does so in every submodule, without
 * our common folder and with all that the submodule's own configuration says: that one does nothing, by which a
 * submodule is as it should be. Every other run is git's own.
 */
export class InnerGit {
  readonly #own: OwnFolder;
  #folder: Promise<string | undefined> | undefined;

  constructor(own: OwnFolder) {
    this.#own = own;
  }

  /** For `GIT_EXEC_PATH`, of runs that change something: those that read start no git. Throws `unavailable`. */
  async environment(): Promise<Record<string, string>> {
    let folder = await (this.#folder ??= this.#make());
    // somebody may have tidied up the state folder
    if (folder !== undefined && !existsSync(join(folder, "git")))
      folder = await (this.#folder = this.#make());
    if (folder !== undefined) return { GIT_EXEC_PATH: folder };
    throw new ToolError("unavailable", "git cannot be kept out of submodules here", {
      hint: "Programs in the state folder must be allowed to run; a trusted repository needs none.",
    });
  }

  async #make(): Promise<string | undefined> {
    try {
      return await makeFolder(this.#own.path());
    } catch (error) {
      this.#folder = undefined;
      throw error;
    }
  }
}

/** Undefined where a script in our own folder does not run. */
async function makeFolder(base: string): Promise<string | undefined> {
  const signal = AbortSignal.timeout(10_000);
  const { stdout } = await run("git", ["--exec-path"], { signal });
  const real = stdout.toString("utf8").trim();
  const folder = mkdtempSync(join(base, "inner-"));
  // what git keeps there beside itself, such as its strategies of merging, calls each other by this folder
  const own = statSync(join(real, "git"), { throwIfNoEntry: false })?.ino;
  for (const name of readdirSync(real).filter((each) => !/^git(?:\.exe)?$/u.test(each)))
    // git is called as git, never by these names of its commands
    if (statSync(join(real, name)).ino !== own) symlinkSync(join(real, name), join(folder, name));
  const file = join(folder, "git");
  const guard = '[ -n "$GIT_COMMON_DIR" ] || exit 0';
  const path = `PATH=${quoted(process.env["PATH"] ?? "")}`;
  writeFileSync(file, `#!/bin/sh\n${guard}\n${path} exec git "$@"\n`, { mode: 0o700, flag: "wx" });
  try {
    const { exitCode, stdout: said } = await run(file, ["--version"], { signal });
    return exitCode === 0 && said.length === 0 ? folder : undefined;
  } catch (error) {
    if (error instanceof ToolError && error.code === "unavailable") return undefined;
    throw error;
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
