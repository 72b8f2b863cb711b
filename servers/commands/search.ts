import type { Flags } from "../../shared/config/layer.ts";
import { escapeForPerson } from "../../shared/escape-for-person.ts";
import { waitForIndex } from "./index-code.ts";
import { makeCalls } from "./make-call.ts";
import { progressBar } from "./progress-bar.ts";
import { hasColors, paint, print, printForeign } from "./terminal.ts";

export interface SearchCommand {
  readonly query: string;
  readonly paths: readonly string[];
  readonly limit: number;
  readonly flags: Flags;
}

/** `plumbline search`: what `search_code` answers, in colours on a terminal. Exit code 1 when the call fails. */
export async function search({ query, paths, limit, flags }: SearchCommand): Promise<void> {
  const bar = progressBar("indexing");
  const input = { query, limit, ...(paths.length === 0 ? {} : { paths }) };
  const answer = await makeCalls({ server: "search", flags, report: bar.show }, async (call) => {
    // a person waits rather than to see half of it
    const standing = await waitForIndex(call);
    return standing.error === undefined ? await call("search_code", input) : standing;
  });
  bar.clear();
  if (answer.error !== undefined) process.exitCode = 1;
  for (const part of answer.parts)
    if (part.type === "text")
      if (answer.error === undefined && hasColors()) print(colorResults(part.text));
      else printForeign(part.text, answer.error === undefined ? process.stdout : process.stderr);
}

/** Places in green and yellow; everything else as it is, without what a terminal would obey. */
function colorResults(text: string): string {
  const lines = text.replaceAll(/[^\n\t]+/gu, escapeForPerson).split("\n");
  return lines
    .map((line, index) => {
      if (index === 0) return paint("grey", line);
      const [, path, place, rest] =
        (lines[index - 1] === "" && /^(.+?):(\d+(?:-\d+)?)(.*)$/u.exec(line)) || [];
      if (path === undefined || place === undefined) return line;
      return `${paint("green", path)}:${paint("yellow", place)}${rest ?? ""}`;
    })
    .join("\n");
}
