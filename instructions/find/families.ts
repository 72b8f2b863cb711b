import type { Family, Source } from "../shapes.ts";

/** A place below a directory at which a family keeps instructions about that directory. */
export interface Spot {
  readonly family: Family;
  readonly role: Source["role"];
  /** Below the directory, `/`-separated: a file, or a folder of rules when there are endings. */
  readonly name: string;
  readonly endings?: readonly string[];
  /** Folders in the folder are not looked into. */
  readonly isFlat?: boolean;
}

/** In the order in which they come in the merged text. */
export const SPOTS: readonly Spot[] = [
  { family: "agents", role: "override", name: "AGENTS.override.md" },
  { family: "agents", role: "main", name: "AGENTS.md" },
  { family: "claude", role: "main", name: "CLAUDE.md" },
  { family: "claude", role: "main", name: ".claude/CLAUDE.md" },
  { family: "claude", role: "rule", name: ".claude/rules", endings: [".md"] },
  { family: "cursor", role: "main", name: ".cursorrules" },
  { family: "cursor", role: "rule", name: ".cursor/rules", endings: [".mdc"] },
  { family: "copilot", role: "main", name: ".github/copilot-instructions.md" },
  { family: "copilot", role: "rule", name: ".github/instructions", endings: [".instructions.md"] },
  { family: "gemini", role: "main", name: "GEMINI.md" },
  { family: "windsurf", role: "main", name: ".windsurfrules" },
  { family: "windsurf", role: "rule", name: ".windsurf/rules", endings: [".md"], isFlat: true },
  { family: "zed", role: "main", name: ".rules" },
  { family: "claude", role: "local", name: "CLAUDE.local.md" },
];

/** The names that show in a directory that it has instructions of its own. */
export function firstNames(spots: readonly Spot[]): readonly string[] {
  return [...new Set(spots.map(({ name }) => name.replace(/\/.*$/su, "")))];
}

/** All names in a directory that mean something. */
export const KNOWN_NAMES: readonly string[] = [".git", ...firstNames(SPOTS)];

/** The exact names of files, by their lower case. */
const EXACT = new Map(
  SPOTS.filter(({ name }) => name.endsWith(".md") && !name.includes("/")).map(({ name, family }) => [
    name.toLowerCase(),
    { name, family },
  ]),
);

/** The exact name that was meant by one that differs from it in case. */
export function meantBy(name: string): { readonly name: string; readonly family: Family } | undefined {
  const meant = EXACT.get(name.toLowerCase());
  return meant?.name === name ? undefined : meant;
}
