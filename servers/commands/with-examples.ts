import type { Command } from "commander";

/** Adds examples to a command's help; `plumbline` is put before each that does not name it. */
export function withExamples(command: Command, ...lines: readonly string[]): Command {
  const shown = lines.map((line) => (line.includes("plumbline") ? `  ${line}` : `  plumbline ${line}`));
  return command.addHelpText("after", `\nExamples:\n${shown.join("\n")}`);
}
