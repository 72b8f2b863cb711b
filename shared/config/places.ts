import { homedir } from "node:os";
import { isAbsolute, resolve } from "node:path";
import envPaths from "env-paths";

/** Where this user's things live. Folders that may not exist yet. */
export interface Places {
  /** `config.json`, written by the person. */
  readonly config: string;
  /** Approvals, trust, audit, the HTTP token: private, kept. */
  readonly state: string;
  /** Indexes and models: may be deleted at any time. */
  readonly cache: string;
  readonly home: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** The platform's folders for `plumbline`; `PLUMBLINE_CONFIG_DIR`, `_STATE_DIR` and `_CACHE_DIR` win. */
export function findPlaces(env: Environment): Places {
  const paths = envPaths("plumbline", { suffix: "" });
  // env-paths has no state folder: on Linux its log folder is XDG_STATE_HOME, elsewhere logs are swept away
  const state = process.platform === "darwin" || process.platform === "win32" ? paths.data : paths.log;
  return {
    config: override(env["PLUMBLINE_CONFIG_DIR"], paths.config),
    state: override(env["PLUMBLINE_STATE_DIR"], state),
    cache: override(env["PLUMBLINE_CACHE_DIR"], paths.cache),
    home: homedir(),
  };
}

function override(given: string | undefined, otherwise: string): string {
  if (given === undefined || given === "") return otherwise;
  return isAbsolute(given) ? given : resolve(given);
}
