import { lstatSync } from "node:fs";
import { join } from "node:path";
import { ToolError } from "../errors.ts";
import type { GitSetting } from "../policy/git-settings.ts";
import { run } from "../process/run.ts";
import { personEnvironment } from "./environment.ts";

interface Known {
  readonly settings: readonly GitSetting[];
  readonly files: readonly string[];
  readonly stamp: string;
}

/** The person's own git configuration, as it holds for one repository; read again when a file of it changes. */
export class PersonSettings {
  readonly #home: string;
  readonly #known = new Map<string, Known>();

  /** `home`: the person's home folder. */
  constructor(home: string) {
    this.#home = home;
  }

  /**
   * `env` leads git to the repository without its own configuration, so that conditions on its place hold. Throws
   * `unavailable` without git, and when the person's configuration is broken.
   */
  async read(options: {
    readonly gitDir: string;
    readonly cwd: string;
    readonly env: () => Readonly<Record<string, string>>;
    readonly signal: AbortSignal;
  }): Promise<readonly GitSetting[]> {
    const { gitDir, cwd, signal } = options;
    const known = this.#known.get(gitDir);
    if (known !== undefined && known.stamp === stampOf(known.files)) return known.settings;
    const { stdout, stderr, exitCode } = await run(
      "git",
      ["config", "--list", "-z", "--show-scope", "--show-origin", "--includes"],
      {
        cwd,
        signal,
        env: { ...options.env(), ...personEnvironment(this.#home) },
      },
    );
    if (exitCode !== 0)
      throw new ToolError("unavailable", "git cannot read the person's own configuration", {
        hint: "The person has to mend it; git config --list --global shows what is wrong.",
        details: stderr,
      });
    const lines = parseListed(stdout.toString("utf8"));
    const own = lines.filter(({ scope }) => scope === "system" || scope === "global");
    const files = [...new Set([...usualFiles(this.#home), ...own.map(({ file }) => file)])];
    this.#known.set(gitDir, { settings: own, files, stamp: stampOf(files) });
    return own;
  }
}

interface Listed extends GitSetting {
  readonly scope: string;
  readonly file: string;
}

function parseListed(text: string): Listed[] {
  const fields = text.split("\0");
  const listed: Listed[] = [];
  for (let at = 0; at + 2 < fields.length; at += 3) {
    const [scope = "", origin = "", pair = ""] = fields.slice(at, at + 3);
    const end = pair.indexOf("\n");
    const [key, value] = end < 0 ? [pair, "true"] : [pair.slice(0, end), pair.slice(end + 1)];
    listed.push({ scope, file: origin.replace(/^file:/u, ""), key, value });
  }
  return listed;
}

function usualFiles(home: string): string[] {
  const given = [process.env["GIT_CONFIG_GLOBAL"], process.env["GIT_CONFIG_SYSTEM"]];
  const files = ["/etc/gitconfig", join(home, ".gitconfig")];
  files.push(join(process.env["XDG_CONFIG_HOME"] ?? join(home, ".config"), "git/config"));
  return [...files, ...given.filter((file) => file !== undefined)];
}

function stampOf(files: readonly string[]): string {
  return files.map(oneStamp).join(";");
}

function oneStamp(file: string): string {
  const stats = lstatSync(file, { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? "-" : `${stats.mtimeNs}:${stats.ctimeNs}:${stats.size}:${stats.ino}`;
}
