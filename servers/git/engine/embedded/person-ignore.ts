import { homedir } from "node:os";
import { join } from "node:path";
import type { Repository } from "../../../../shared/git/repository.ts";
import { readPersonalSettings, resolveSettingPath } from "../../../../shared/policy/git-configuration.ts";
import { StampedFiles } from "../../../../shared/policy/stamped-files.ts";
import { MAX_IGNORE_FILE } from "../../../../shared/workspace/ignore.ts";

/** What of the person's own configuration changes the answers about a working tree. */
export interface PersonFacts {
  /** The last value wins over it: that of the repository. */
  readonly autocrlf: string | undefined;
  /** The text of their own ignore file. */
  readonly ignored: Buffer | undefined;
}

/** Read without the program; the repository chooses none of these files. */
export function personFacts(): PersonFacts {
  const files = new StampedFiles();
  const settings = readPersonalSettings(files, process.env);
  const last = (key: string): string | undefined => settings.findLast((each) => each.key === key)?.value;
  const chosen = last("core.excludesfile");
  const folder = process.env["XDG_CONFIG_HOME"] || join(homedir(), ".config");
  const path = chosen === undefined ? join(folder, "git/ignore") : resolveSettingPath(homedir(), chosen);
  const ignored = path === undefined || chosen === "" ? undefined : files.bytes(path, MAX_IGNORE_FILE);
  return { autocrlf: last("core.autocrlf"), ignored };
}

/** True when git would write or compare line ends in another way than they are stored. */
export function convertsAll(repository: Pick<Repository, "settings">, { autocrlf }: PersonFacts): boolean {
  const own = repository.settings.findLast(({ key }) => key === "core.autocrlf")?.value ?? autocrlf;
  return own !== undefined && !/^(?:false|no|off|0|)$/iu.test(own);
}
