import { listed } from "../../../shared/listed.ts";
import type { Dependency } from "./list-dependencies.ts";
import { escapeForPerson } from "../../../shared/escape-for-person.ts";
import { quotedPath } from "../shown-path.ts";

/** Longer names and versions are nobody's. */
const MOST_TEXT = 200;

/** A dependency and the files that import it; undefined when they were not looked for. */
export interface Told {
  readonly dependency: Dependency;
  readonly uses?: readonly string[];
}

/** One line a dependency below a line for its manifest. */
export function dependencyLines(told: readonly Told[]): string[] {
  const lines: string[] = [];
  let manifest: string | undefined;
  for (const each of told) {
    const { dependency } = each;
    if (dependency.manifest !== manifest)
      lines.push(`${quotedPath(dependency.manifest)} (${dependency.ecosystem})`);
    ({ manifest } = dependency);
    lines.push(`  ${dependencyLine(each)}`);
  }
  return lines;
}

function dependencyLine({ dependency, uses }: Told): string {
  const { name, range, resolved, group, line } = dependency;
  const fixed =
    resolved.length === 0 || (resolved.length === 1 && resolved[0] === range)
      ? ""
      : ` = ${listed(resolved.map(cut), 3)}`;
  const facts = [...(group === "" ? [] : [group]), `line ${line}`].join(", ");
  const used =
    uses === undefined ? "" : `: ${uses.length === 0 ? "no import found" : listed(uses.map(quotedPath), 5)}`;
  return escapeForPerson(`${cut(name)} ${range === "" ? "any" : cut(range)}${fixed} (${facts})`) + used;
}

function cut(text: string): string {
  return text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT)}…` : text;
}
