import { cutPatch } from "./cut-patch.ts";
import type { ToldFile } from "./told-file.ts";
import { counted } from "../../../shared/listed.ts";

/** What a difference is of, and its files in git's order. */
export interface Told {
  /** What is compared, for the first line. */
  readonly title: string;
  /** Between the first line and the files: a commit's author and message. */
  readonly preamble: string;
  readonly files: readonly ToldFile[];
  /** True when only counts were asked for. */
  readonly stat: boolean;
  /** How the patches that have no room can be seen. */
  readonly more: string;
  /** Said when there are no files. */
  readonly none: string;
  /** The most characters. */
  readonly budget: number;
}

/** A part of a patch that is worth showing. */
const LEAST = 800;
/** Room of the first line. */
const FIRST_LINE = 300;
const MOST_FOLDERS = 60;

/** Patches as far as there is room, small ones first, so that what is left out is not what sorts last; then all by name. */
export function diffText(told: Told): string {
  const { files, preamble, budget } = told;
  const patched = files.filter(({ patch }) => patch !== undefined);
  if (told.stat || patched.length === 0) return statText(told);
  const room = budget - preamble.length - FIRST_LINE;
  const others = files.filter(({ patch }) => patch === undefined);
  const otherLines = statLines(others, room / 3);
  const whole = patched.map(({ patch = "" }) => patch).join("");
  if (otherLines.length + whole.length <= room && others.every(({ why }) => why !== undefined))
    return `${firstLine(told, [])}\n${preamble}${otherLines}${whole}`;
  const reserved = Math.min(statLines(files, room / 3).length, room / 3);
  const parts = share(patched, room - reserved);
  const shown = patched.filter((file) => parts.get(file) === file.patch);
  const left = files.filter((file) => !shown.includes(file));
  const byStat = left.filter((file) => !parts.has(file) && file.why === undefined).length;
  const facts = [`${shown.length} shown whole`, `${parts.size - shown.length} cut`, `${byStat} by stat only`];
  const text = patched.map((file) => parts.get(file) ?? "").join("");
  return `${firstLine(told, facts)}\n${preamble}${statLines(left, room / 3)}${text}`;
}

/** Each file's counts; beyond the budget those of folders. */
export function statText(told: Told): string {
  const room = told.budget - told.preamble.length - FIRST_LINE;
  const unseen = told.stat ? 0 : told.files.filter(({ why }) => why === undefined).length;
  const facts = unseen === 0 ? [] : [`${unseen} by stat only`];
  return `${firstLine(told, facts)}\n${told.preamble}${statLines(told.files, room)}`.trimEnd();
}

/** The first line alone. */
export function countsText(told: Told): string {
  return firstLine(told, told.files.length === 0 ? [] : ["only counts are shown"]);
}

function firstLine({ title, files, more, none }: Told, facts: readonly string[]): string {
  if (files.length === 0) return `[${title}: ${none}]`;
  const counts = `${counted(files.length, "file")}, ${sumOf(files)}`;
  if (facts.length === 0) return `[${title}: ${counts}]`;
  return `[partial: ${title}: ${counts}; ${facts.join(", ")}: ${more}]`;
}

/** Each gets the same room, what small ones leave goes to the larger ones; the rest gets none. */
function share(files: readonly ToldFile[], room: number): ReadonlyMap<ToldFile, string> {
  const parts = new Map<ToldFile, string>();
  let left = room;
  const sorted = files.toSorted((one, other) => (one.patch ?? "").length - (other.patch ?? "").length);
  for (const [index, file] of sorted.entries()) {
    const { patch = "" } = file;
    const part = Math.floor(left / (sorted.length - index));
    const text = fitting(patch, { part, left });
    if (text === undefined) continue;
    parts.set(file, text);
    left -= text.length;
  }
  return parts;
}

function fitting(
  patch: string,
  { part, left }: { readonly part: number; readonly left: number },
): string | undefined {
  if (patch.length <= Math.max(part, LEAST) && patch.length <= left) return patch;
  return part < LEAST ? undefined : cutPatch(patch, part);
}

/** One line each; when they have no room, the rest is counted by folder. */
function statLines(files: readonly ToldFile[], room: number): string {
  const lines = files.map(statLine);
  let used = 0;
  const fits = lines.findIndex((line) => (used += line.length) > room);
  if (fits === -1) return lines.join("");
  const most = Math.floor(room / 2);
  used = 0;
  const count = lines.findIndex((line) => (used += line.length) > most);
  return lines.slice(0, count).join("") + folderLines(files.slice(count), room - most);
}

function statLine({ status, name, added, deleted, why }: ToldFile): string {
  const reason = why ?? (status === "U" ? "conflict: against our side" : undefined);
  return `${status} ${name} +${added} -${deleted}${reason === undefined ? "" : ` (${reason})`}\n`;
}

function folderLines(files: readonly ToldFile[], room: number): string {
  const folders = grouped(files);
  const lines = [...folders].map(
    ([folder, own]) => `${folder === "" ? "." : folder} ${own.length} more, ${sumOf(own)}\n`,
  );
  let text = "";
  for (const [index, line] of lines.entries()) {
    if (index === MOST_FOLDERS || text.length + line.length > room)
      return `${text}... and in ${lines.length - index} more folders\n`;
    text += line;
  }
  return text;
}

function grouped(files: readonly ToldFile[]): Map<string, ToldFile[]> {
  const folders = new Map<string, ToldFile[]>();
  for (const file of files) {
    const own = folders.get(file.folder);
    if (own === undefined) folders.set(file.folder, [file]);
    else own.push(file);
  }
  return folders;
}

function sumOf(files: readonly ToldFile[]): string {
  let added = 0;
  let deleted = 0;
  for (const file of files) {
    added += file.added;
    deleted += file.deleted;
  }
  return `+${added} -${deleted}`;
}
