import { stemmer } from "stemmer";
import { remember } from "./remember.ts";

const PLAIN = /^[a-z]{3,}$/u;
const REMEMBERED = 30_000;

/** What the forms of an English word have in common, by Porter's rules: `parsing` and `parsed` are `pars`. Takes lower case. */
export const stem: (word: string) => string = remember(
  (word) => (PLAIN.test(word) ? stemmer(word) : word),
  REMEMBERED,
);
