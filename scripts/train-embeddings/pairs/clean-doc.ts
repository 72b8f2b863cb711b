/** Where the describing part of a doc comment ends: tags, sections, lists of parameters. */
const SECTION =
  /^\s*(?:@\w+|:\w+[^:\n]*:|\\(?:param|return|brief)|#+\s|-{3,}|={3,}|(?:args?|arguments|parameters?|params|returns?|raises|throws|yields?|examples?|notes?|attributes|see also|usage)\s*:?\s*$|```|>>>)/imu;
const NO_DESCRIPTION =
  /licen[sc]e|copyright|all rights reserved|spdx|inheritdoc|@generated|do not (?:edit|modify)|eslint|prettier-ignore|noinspection|nolint|istanbul|type:\s*ignore|pylint|rubocop|phpcs/iu;
const MOST_SENTENCES = 200;

export interface CleanDoc {
  /** Its first sentence, or more while they are short. */
  readonly first: string;
  readonly rest: string;
}

/** The prose of a doc comment without markup; undefined when it describes nothing. */
export function cleanDoc(doc: string): CleanDoc | undefined {
  if (NO_DESCRIPTION.test(doc.slice(0, 400))) return undefined;
  const brief = doc.replace(/^\s*[@\\]brief\s+/u, "");
  const section = SECTION.exec(brief)?.index ?? brief.length;
  const prose = plain(brief.slice(0, section));
  const end = sentenceEnd(prose);
  return { first: prose.slice(0, end), rest: `${prose.slice(end)} ${plain(brief.slice(section))}` };
}

function plain(text: string): string {
  return text
    .replaceAll(/\{@\w+\s+([^}]*)\}/gu, "$1")
    .replaceAll(/<\/?[a-zA-Z][^>]{0,80}>/gu, " ")
    .replaceAll(/\]\([^)\s]{0,200}\)/gu, " ")
    .replaceAll(/https?:\S+/gu, " ")
    .replaceAll(/:\w+:`/gu, " ")
    .replaceAll(/[`*|\\]/gu, "")
    .replaceAll(/\s+/gu, " ")
    .trim();
}

/** After the sentence that brings the text to 60 characters, at 200 at most. */
function sentenceEnd(text: string): number {
  for (const stop of text.matchAll(/[.!?;](?=\s+[A-Z(]|\s*$)/gu)) {
    if (stop.index >= 60) return Math.min(stop.index + 1, MOST_SENTENCES);
  }
  return Math.min(text.length, MOST_SENTENCES);
}
