import { escapeForPerson } from "../../shared/escape-for-person.ts";
import type { Workspace } from "../../shared/workspace/workspace.ts";
import type { Family, Source, Warning } from "../shapes.ts";
import { SPOTS, type Spot } from "./families.ts";
import { addFound, sourcesIn, type Ground } from "./folder-sources.ts";
import type { PersonalPlaces, ProjectFiles } from "./instruction-files.ts";
import { personalSources } from "./personal-sources.ts";
import { below, projectOf, type Project, type Step } from "./project-of.ts";

export interface FindAbout {
  /** As the caller gave it: absolute, or relative to the first root; may be a directory, and need not exist. */
  readonly target: string;
  readonly workspace: Workspace;
  readonly places: PersonalPlaces;
  /** A directory that holds the target; left out, the nearest repository. */
  readonly projectRoot?: string;
  readonly families: readonly Family[];
  /** Other programs whose files in the home folder are read although no family brings them. */
  readonly userFamilies?: readonly "codex"[];
  readonly files: ProjectFiles;
}

/** All files that may apply to a target. */
export interface Chain {
  /** Absolute, links followed. */
  readonly projectRoot: string;
  /** The path is below the project root, `/`-separated, links followed; `""` is the root. */
  readonly target: { readonly path: string; readonly isDirectory: boolean };
  /** In the order of the merged text: later ones are more specific. */
  readonly sources: readonly Source[];
  readonly problems: readonly Warning[];
  /** Absolute: the folders that were looked into; a new file in one of them may join the chain. */
  readonly folders: readonly string[];
}

/**
 * The instruction files from the administrator's to those of the target's own directory. Throws `ToolError` for a
 * target outside the roots, or a project root that does not hold it; what is wrong with a file is in the problems.
 */
export async function findSources(about: FindAbout): Promise<Chain> {
  const project = await projectOf(about);
  const chain = await chainOf(project, project.steps, about);
  return project.isCut ? { ...chain, problems: [...chain.problems, TOO_DEEP] } : chain;
}

const TOO_DEEP: Warning = {
  level: "warning",
  code: "too_deep",
  message: "it lies so deep that not all directories on the way are looked into",
  path: ".",
};

/** The personal files, then those of some directories of a project, each file once. */
export async function chainOf(
  { root, target }: Pick<Project, "root" | "target">,
  steps: readonly Step[],
  about: Omit<FindAbout, "target">,
): Promise<Chain> {
  const found = await personalSources({ ...about, projectRoot: root });
  const spots = spotsOf(about.families);
  for (const step of steps) addFound(found, await sourcesIn(groundOf(step, root), spots, about.files));
  return { projectRoot: root, target, ...found };
}

/** What is looked for in each directory of a project. */
export function spotsOf(families: readonly Family[]): readonly Spot[] {
  return SPOTS.filter(({ family }) => families.includes(family));
}

function groundOf({ path, dir, isVendored }: Step, root: string): Ground {
  const own = dir === "" ? "project" : "directory";
  return {
    path,
    dir,
    base: path,
    scope: isVendored ? "vendored" : own,
    ruleScope: isVendored ? "vendored" : "rule",
    show: (shown) => escapeForPerson(below(root, shown) ?? ""),
  };
}
