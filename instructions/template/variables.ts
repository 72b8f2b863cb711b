import { basename, dirname, relative, resolve, sep } from "node:path";
import { escapeForPerson } from "../../shared/escape-for-person.ts";
import { languageOf } from "./language-of.ts";

const SYSTEMS: Readonly<Record<string, string>> = { darwin: "macOS", linux: "Linux", win32: "Windows" };

export interface VariablesAbout {
  /** Absolute. */
  readonly projectRoot: string;
  /** A path in the project, absolute or relative to its root; it need not exist. */
  readonly target: string;
  readonly targetIsDirectory?: boolean;
  readonly date: Date;
  readonly branch?: string | undefined;
}

/** What templates of instructions can name. No absolute path, and nothing that a file's name could smuggle in. */
export function variablesFor(about: VariablesAbout): Record<string, string> {
  const { projectRoot, date, branch } = about;
  const target = resolve(projectRoot, about.target);
  const directory = about.targetIsDirectory === true ? target : dirname(target);
  const variables = {
    project_name: basename(projectRoot),
    project_root: ".",
    current_file: shown(projectRoot, target),
    current_dir: shown(projectRoot, directory),
    language: languageOf(target),
    date: isoDay(date),
    os: SYSTEMS[process.platform] ?? process.platform,
    ...(branch === undefined ? {} : { branch }),
  };
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, escapeForPerson(value)]));
}

function shown(root: string, path: string): string {
  return relative(root, path).replaceAll(sep, "/") || ".";
}

/** The person's own day, not that of Greenwich. */
function isoDay(date: Date): string {
  const [year, month, day] = [date.getFullYear(), date.getMonth() + 1, date.getDate()];
  return [String(year).padStart(4, "0"), ...[month, day].map((part) => String(part).padStart(2, "0"))].join(
    "-",
  );
}
