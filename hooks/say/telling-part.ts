/** How Node and Python begin what they print of an error that nobody caught; what it was comes later. */
const TRACE = /^(?:Traceback \(most recent call last\):|node:[^\n]+:\d+|(?:file:\/\/)?\/[^\n]+:\d+)\r?\n/u;
const NAMED = /^(?:\w+\.)*\w*(?:Error|Exception)\b[^\r\n]*/gmu;

/** What a program wrote about its failure, from the line on that says most: of a trace the error itself. */
export function tellingPart(stderr: string): string {
  const text = stderr.trimStart();
  if (!TRACE.test(text)) return text;
  return text.match(NAMED)?.at(-1) ?? text;
}
