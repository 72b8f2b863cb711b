import { createInterface } from "node:readline/promises";
import { escapeForPerson } from "../../shared/escape-for-person.ts";

/** Writes text and a line feed to stdout, whatever it holds. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** The same for foreign text: on a terminal nothing in it is obeyed, and diffs are coloured. Line feeds and tabs stay. */
export function printForeign(text: string, stream: NodeJS.WriteStream = process.stdout): void {
  stream.write(`${stream.isTTY ? colorDiffs(text.replaceAll(/[^\n\t]+/gu, escapeForPerson)) : text}\n`);
}

/** True when colours are shown and welcome there. */
export function hasColors(stream: NodeJS.WriteStream = process.stdout): boolean {
  return stream.isTTY && !process.env["NO_COLOR"];
}

const INKS = { red: 31, green: 32, yellow: 33, grey: 90 } as const;

/** Our own text in a colour, where stdout shows colours. */
export function paint(ink: keyof typeof INKS, text: string): string {
  return text !== "" && hasColors() ? `\u001B[${INKS[ink]}m${text}\u001B[0m` : text;
}

const COLORS = { "+": 32, "-": 31, "@": 36 } as const;

/** Text with the lines of its unified diffs in colour: what comes, what goes, where. */
export function colorDiffs(text: string): string {
  if (process.env["NO_COLOR"]) return text;
  let isDiff = false;
  return text
    .split("\n")
    .map((line) => {
      if (line.startsWith("--- ") || line.startsWith("+++ ")) return line;
      isDiff = line.startsWith("@@ ") || (isDiff && /^[ +\-\\]/u.test(line));
      const color = Object.entries(COLORS).find(([start]) => line.startsWith(start))?.[1];
      return isDiff && color !== undefined ? `\u001B[${color}m${line}\u001B[0m` : line;
    })
    .join("\n");
}

/** True when a person sits in front of both ends. */
export function isAtTerminal(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY;
}

/** Asks on stderr, so that stdout stays for results; the empty string when the person closes the input. */
export async function askPerson(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const closed = new Promise<string>((resolve) => lines.once("close", () => resolve("")));
  try {
    return (await Promise.race([lines.question(question), closed])).trim().toLowerCase();
  } finally {
    lines.close();
  }
}

/** Columns padded to their widest cell, two blanks between; no blanks at the end of a line. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
