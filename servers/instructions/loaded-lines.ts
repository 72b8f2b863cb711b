import type { Listed } from "../../instructions/engine.ts";
import type { Block, Excluded, Loaded, Warning } from "../../instructions/shapes.ts";

/** What applies, for reading: what and why, the text, what was left out. */
export function loadedLines(target: string, loaded: Loaded): string[] {
  return [...reasonLines(target, loaded), ...(loaded.blocks.length === 0 ? [] : ["", loaded.mergedText])];
}

/** The same without the text. */
export function reasonLines(target: string, { blocks, excluded, warnings, tokens }: Loaded): string[] {
  const left = excluded.length === 0 ? "" : `, ${excluded.length} left out`;
  return [
    `[${blocks.length === 1 ? "1 file" : `${blocks.length} files`} of instructions for ${target}, ${tokens} tokens${left}; later ones are more specific]`,
    ...blocks.map(blockLine),
    ...excluded.map(excludedLine),
    ...warnings.map(warningLine),
  ];
}

function blockLine({ path, scope, tokens, reason, imports }: Block): string {
  const taken = imports.length === 0 ? "" : `; with ${imports.join(", ")}`;
  return `+ ${path} (${scope}, ${tokens} tokens): ${reason}${taken}`;
}

function excludedLine({ path, reason, available, id }: Excluded): string {
  return `- ${path}: ${reason}${available ? `; ids ["${id}"] loads it` : ""}`;
}

function warningLine({ path, line, message }: Warning): string {
  return `! ${path}${line === undefined ? "" : `:${line}`}: ${message}`;
}

/** A project's instruction files, for reading. */
export function listedLines(files: readonly Listed[]): string[] {
  return [
    `[${files.length === 1 ? "1 file" : `${files.length} files`} of instructions]`,
    ...files.map(({ path, family, when, tokens }) => `${path} (${family}, ${tokens} tokens): ${when}`),
  ];
}
