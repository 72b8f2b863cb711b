const MARKS: Readonly<Record<string, RegExp>> = {
  Python: /^\s*#+(?!!)/u,
  Ruby: /^\s*#+(?!!)/u,
  Bash: /^\s*#+(?!!)/u,
  PHP: /^\s*(?:\/\/|#(?!\[))/u,
};
const SLASHES = /^\s*\/\/+/u;
const CODE_LIKE =
  /[;{}]\s*$|^\s*(?:if|for|while|return|import|const|let|var|else)\b.*[(:=]|\w\([^)]*\)\s*[;.]|[=<>&|]{2}|->|::|\s=\s/u;
const DIRECTIVE =
  /eslint|prettier|noinspection|nolint|istanbul|pylint|rubocop|phpcs|spdx|copyright|licen[sc]e|type:|https?:|TODO\b.{0,9}$/iu;
const MOST_COMMENT_LINES = 5;
const MOST_CODE_LINES = 12;

export interface CommentedCode {
  readonly text: string;
  /** Up to 12 lines that follow the comment. */
  readonly code: string;
}

/** Comments on lines of their own, with the code below them. `lines` are those of one function. */
export function inlineComments(lines: readonly string[], language: string): CommentedCode[] {
  const mark = MARKS[language] ?? SLASHES;
  const found: CommentedCode[] = [];
  for (let at = 0; at < lines.length; at++) {
    const start = at;
    while (mark.test(lines[at] ?? "")) at++;
    if (at === start || at - start > MOST_COMMENT_LINES) continue;
    const text = lines
      .slice(start, at)
      .map((line) => line.replace(mark, "").trim())
      .join(" ");
    if (CODE_LIKE.test(text) || DIRECTIVE.test(text)) continue;
    found.push({
      text: text.replace(/^(?:TODO|FIXME|NOTE|XXX|HACK)\b[^:]{0,20}:?\s*/u, ""),
      code: codeFrom(lines, at, mark),
    });
  }
  return found;
}

/** Until the next comment, once there are two lines. */
function codeFrom(lines: readonly string[], start: number, mark: RegExp): string {
  const code: string[] = [];
  for (let at = start; at < lines.length && code.length < MOST_CODE_LINES; at++) {
    const line = lines[at] ?? "";
    const isComment = mark.test(line);
    if (isComment && code.length >= 2) break;
    if (!isComment && line.trim() !== "") code.push(line);
  }
  return code.join("\n");
}
