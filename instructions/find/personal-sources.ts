import { join } from "node:path";
import { escapeForPerson } from "../../shared/escape-for-person.ts";
import type { Family, Scope } from "../shapes.ts";
import { SPOTS, type Spot } from "./families.ts";
import { addFound, foundNothing, sourcesIn, type Found, type Ground } from "./folder-sources.ts";
import type { PersonalPlaces, ProjectFiles } from "./instruction-files.ts";
import { MANAGED_FOLDERS } from "./managed-folders.ts";
import { below } from "./project-of.ts";

export interface PersonalOptions {
  readonly places: PersonalPlaces;
  readonly families: readonly Family[];
  /** Other programs whose files in the home folder are read although no family brings them. */
  readonly userFamilies?: readonly "codex"[];
  readonly files: ProjectFiles;
  /** What globs of personal rules are relative to. */
  readonly projectRoot: string;
}

/** What holds everywhere, the weakest first: the administrator's, then the person's own. */
export async function personalSources(options: PersonalOptions): Promise<Found> {
  const { places, families, userFamilies = [], files } = options;
  const { home, config, managed = MANAGED_FOLDERS } = places;
  const withClaude = families.includes("claude");
  const found = foundNothing();
  const look = (folder: string, scope: Scope, spots: readonly Spot[]): Promise<Found> =>
    sourcesIn(groundOf(folder, scope, options), spots, files);
  if (withClaude) addFound(found, await look(managed.claude, "managed", CLAUDE));
  addFound(found, await look(managed.own, "managed", AGENTS));
  addFound(found, await look(config, "user", AGENTS));
  if (withClaude) addFound(found, await look(join(home, ".claude"), "user", [...CLAUDE, RULES]));
  if (userFamilies.includes("codex"))
    addFound(found, onlyFirst(await look(join(home, ".codex"), "user", CODEX)));
  return found;
}

/** Codex reads one file of its folder: the override where it says something. */
function onlyFirst(found: Found): Found {
  return { ...found, sources: found.sources.slice(0, 1).map((source) => ({ ...source, role: "main" })) };
}

const AGENTS = SPOTS.filter(({ name }) => name === "AGENTS.md");
const CODEX = SPOTS.filter(({ family }) => family === "agents");
const CLAUDE = SPOTS.filter(({ name }) => name === "CLAUDE.md");
const RULES: Spot = { family: "claude", role: "rule", name: "rules", endings: [".md"] };

function groundOf(folder: string, scope: Scope, { places, projectRoot }: PersonalOptions): Ground {
  const name = scope === "managed" ? "managed" : "config";
  return {
    path: folder,
    dir: "",
    base: projectRoot,
    scope,
    ruleScope: scope,
    show(path) {
      const inHome = below(places.home, path);
      const shown = inHome === undefined ? `(${name})/${below(folder, path) ?? ""}` : `~/${inHome}`;
      return escapeForPerson(shown);
    },
  };
}
