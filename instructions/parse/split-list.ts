/** The parts of `a, "b", {c,d}` or `[a, b]`: cut at commas that stand in no braces, without quotes and blanks. Linear. */
export function splitList(text: string): readonly string[] {
  const trimmed = text.trim();
  const isBracketed = trimmed.startsWith("[") && trimmed.endsWith("]") && !trimmed.slice(1, -1).includes("]");
  const parts: string[] = [];
  let part = "";
  let depth = 0;
  for (const piece of (isBracketed ? trimmed.slice(1, -1) : trimmed).split(/([{},])/u)) {
    if (piece === "{") depth += 1;
    if (piece === "}") depth = Math.max(0, depth - 1);
    if (piece === "," && depth === 0) {
      parts.push(part);
      part = "";
    } else part += piece;
  }
  return [...parts, part].map(bare).filter((each) => each !== "");
}

function bare(part: string): string {
  const text = part.trim();
  return /^(["'])(.*)\1$/su.exec(text)?.[2] ?? text;
}
