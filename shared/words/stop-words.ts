import { stem } from "./stem.ts";

/** English that says nothing of what is looked for, and what every question about code says. */
const PLAIN = `a about above after again all already also although always am an and another any anything are around as at
  be because been before being below between both but by can cannot could did do does doing done down during each either
  else etc ever every everything few for from further had has have having he hence her here him his how however i if in
  instead into is it its itself just kind like made make makes making many may me might more most much must my neither no
  nor not now of off often on once one only onto or other otherwise our out over own per perhaps place place rather really
  same second see several shall she should since so some something still such than that the their them then there these
  they thing things this those through thus to together too toward under until up upon us use used uses using very via
  want was way we well were what whatever when where whether which while who whole whose why will with within without
  would yet you your don doesn didn isn aren wasn weren won couldn shouldn wouldn hasn haven ll ve re
  code function functions implementation implement implemented implements logic method piece part responsible somewhere`;

const STOP_WORDS: ReadonlySet<string> = new Set(PLAIN.split(/\s+/u).flatMap((word) => [word, stem(word)]));

/** Whether a word, as `wordsOf` gives it, is too common in questions to say anything. */
export function isStopWord(word: string): boolean {
  return STOP_WORDS.has(word);
}
