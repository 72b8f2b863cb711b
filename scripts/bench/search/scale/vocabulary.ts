const VERBS =
  `read write open close load store parse render find match merge split sort filter count check update remove
  create build send receive encode decode compress expand cache flush lock release start stop retry cancel schedule
  dispatch resolve validate convert collect index rank score trim pad copy move link watch notify`.split(
    /\s+/u,
  );
const NOUNS =
  `file folder path line word token tree node leaf edge graph table row column key value entry record field
  header body message request response session user account order invoice price payment address customer product stock
  report chart image pixel color font layout window button menu event handler queue worker task job thread pool buffer
  stream socket packet route server client cache index page block segment cursor offset range limit rate error warning
  log metric counter timer clock date zone locale currency template rule policy role permission secret certificate
  signature hash digest cipher seed sample batch model vector matrix weight layer gradient filter plugin module package
  version branch commit patch diff snapshot backup archive volume disk device sensor signal channel frequency`.split(
    /\s+/u,
  );
const SYLLABLES =
  `ba be bo da de do fa fi fo ga ge go ka ke ko la le lo ma me mo na ne no pa pe po ra re ro sa se so ta te to
  va ve vo za ze zo`.split(/\s+/u);
const INVENTED = 4_000;

export interface Vocabulary {
  verb(): string;
  noun(): string;
  /** A sentence's words: mostly common ones. */
  words(count: number): string[];
}

/** Words that are drawn as in real code: a few very often, most seldom. */
export function vocabularyFrom(random: () => number): Vocabulary {
  const nouns = [...NOUNS, ...Array.from({ length: INVENTED }, (_, index) => invented(index))];
  const verb = (): string => drawn(VERBS, random);
  const noun = (): string => drawn(nouns, random);
  return {
    verb,
    noun,
    words: (count) => Array.from({ length: count }, (_, index) => (index % 3 === 0 ? verb() : noun())),
  };
}

function invented(index: number): string {
  let word = "";
  for (let rest = index + SYLLABLES.length; rest > 0; rest = Math.floor(rest / SYLLABLES.length)) {
    word += SYLLABLES[rest % SYLLABLES.length] ?? "";
  }
  return `${word}n`;
}

/** The rank of what is drawn is Zipf's: the logarithm of its rank is evenly spread. */
function drawn(words: readonly string[], random: () => number): string {
  const rank = Math.floor((words.length + 1) ** random()) - 1;
  return words[Math.min(rank, words.length - 1)] ?? "";
}
