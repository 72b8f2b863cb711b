/**
 * Hunks of `--word-diff=porcelain` as `--word-diff=plain` writes them: `[-gone-]` and `{+new+}` within their lines.
 * Made here, since in git's own plain form contents could be taken for the head of another file.
 */
export function plainWords(hunks: string): string {
  let text = "";
  for (const line of hunks.split("\n")) text += wordOf(line, text === "" || text.endsWith("\n"));
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}

function wordOf(line: string, isAtStart: boolean): string {
  const rest = line.slice(1);
  switch (line.charAt(0)) {
    case "@":
      return `${isAtStart ? "" : "\n"}${line}\n`;
    case "-":
      return `[-${rest}-]`;
    case "+":
      return `{+${rest}+}`;
    case "~":
      return "\n";
    case " ":
      return rest;
    default:
      return "";
  }
}
