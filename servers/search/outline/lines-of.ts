export function linesOf({
  startLine,
  endLine,
}: {
  readonly startLine: number;
  readonly endLine: number;
}): string {
  return startLine === endLine ? String(startLine) : `${startLine}-${endLine}`;
}
