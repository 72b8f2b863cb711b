import type { Listed, Listing } from "../../instructions/engine.ts";
import { harmless } from "../../instructions/merge/merged-text.ts";
import type { Block, Excluded, Loaded, Warning } from "../../instructions/shapes.ts";
import { escapeForPerson } from "../../shared/escape-for-person.ts";

/** What applies to a target that a caller named. */
export interface Answered {
  readonly target: string;
  readonly loaded: Loaded;
}

const MOST_TARGET = 200;

/** What applies, for reading: what and why, what was left out, the text. */
export function loadedText({ target, loaded }: Answered): string {
  const { blocks, excluded, warnings, mergedText } = loaded;
  const text = blocks.length === 0 ? [] : ["", mergedText];
  const about = [...blocks.map(blockLine), ...excluded.map(excludedLine), ...warnings.map(warningLine)];
  return [`[${headOf(target, loaded)}]`, ...about, ...text].join("\n");
}

/** Ever shorter: first what was left out goes, then the reasons; the text goes last of all. */
export const shorterForms: readonly ((answered: Answered) => string)[] = [
  ({ target, loaded }) =>
    partial(target, loaded, [
      "what was left out is not listed",
      ...loaded.blocks.map(blockLine),
      "",
      loaded.mergedText,
    ]),
  ({ target, loaded }) => partial(target, loaded, ["the text alone", loaded.mergedText]),
  ({ target, loaded }) => partial(target, loaded, ["without the text", ...loaded.blocks.map(blockLine)]),
  ({ target, loaded }) => partial(target, loaded, ["without the text"]),
];

function partial(target: string, loaded: Loaded, [what = "", ...lines]: readonly string[]): string {
  return [`[partial: ${what}, raise budget; ${headOf(target, loaded)}]`, ...lines].join("\n");
}

function headOf(target: string, { blocks, excluded, tokens, warnings }: Loaded): string {
  const shown = harmless(escapeForPerson(target.slice(0, MOST_TARGET)));
  const problems = warnings.filter(({ level }) => level === "warning").length;
  const beside = [
    ...(excluded.length === 0 ? [] : [`${excluded.length} left out`]),
    ...(problems === 0 ? [] : [`${problems} ${problems === 1 ? "problem" : "problems"}`]),
  ].map((each) => `, ${each}`);
  if (blocks.length === 0) return `no instructions for ${shown}${beside.join("")}`;
  const files = blocks.length === 1 ? "1 file" : `${blocks.length} files`;
  return `${files} of instructions for ${shown}, ${tokens} tokens${beside.join("")}; later ones are more specific`;
}

function blockLine({ path, scope, tokens, reason, imports }: Block): string {
  const taken = imports.length === 0 ? "" : `; with ${imports.join(", ")}`;
  return harmless(`+ ${path} (${scope}, ${tokens} tokens): ${reason}${taken}`);
}

function excludedLine({ path, reason, available, id }: Excluded): string {
  return harmless(`- ${path}: ${reason}${available ? `; ids ["${id}"] loads it` : ""}`);
}

function warningLine({ path, line, message }: Warning): string {
  return harmless(`! ${path}${line === undefined ? "" : `:${line}`}: ${message}`);
}

/** A project's instruction files, for reading. */
export function listedText({ files, problems }: Listing): string {
  return [`[${countOf(files)}]`, ...files.flatMap(listedLines), ...problems.map(warningLine)].join("\n");
}

/** The same by folders. */
export function countedText({ files }: Listing): string {
  const counts = new Map<string, number>();
  for (const { path } of files) {
    const folder = path.includes("/") ? path.slice(0, path.indexOf("/") + 1) : ".";
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  const lines = [...counts].map(([folder, count]) => `${folder}: ${count}`);
  return [`[partial: counts by folder, ask by path or raise budget; ${countOf(files)}]`, ...lines].join("\n");
}

function listedLines({ path, family, when, tokens, problems }: Listed): string[] {
  const lines = [`${path} (${family}, ${tokens} tokens): ${when}`, ...problems.map((each) => `  ! ${each}`)];
  return lines.map(harmless);
}

function countOf(files: readonly Listed[]): string {
  return files.length === 1 ? "1 file of instructions" : `${files.length} files of instructions`;
}
