import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { commitAll } from "../lay-out.ts";
import { LANGUAGES, type Language } from "./languages.ts";
import { randomFrom } from "./random.ts";
import { vocabularyFrom, type Vocabulary } from "./vocabulary.ts";

export interface TreeSize {
  readonly files: number;
  readonly functionsPerFile: number;
  /** Lines in a function's body. */
  readonly lines: number;
}

const SEED = 20;
const FILES_PER_FOLDER = 40;

/** Writes the same code for the same size, in several languages, as a repository with one commit. */
export function makeTree(folder: string, { files, functionsPerFile, lines }: TreeSize): void {
  const random = randomFrom(SEED);
  const words = vocabularyFrom(random);
  let parent = "";
  for (let file = 0; file < files; file++) {
    if (file % FILES_PER_FOLDER === 0)
      parent = join("src", words.noun(), `${words.noun()}_${file / FILES_PER_FOLDER}`);
    const language = LANGUAGES[file % LANGUAGES.length];
    if (language === undefined) continue;
    const functions = Array.from({ length: functionsPerFile }, () =>
      oneFunction({ language, words, random, lines }),
    );
    const path = join(folder, parent, `${words.verb()}_${words.noun()}_${file}.${language.ending}`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, language.file(functions, `${words.noun()}${file}`));
  }
  commitAll(folder);
}

interface Making {
  readonly language: Language;
  readonly words: Vocabulary;
  readonly random: () => number;
  readonly lines: number;
}

function oneFunction({ language, words, random, lines }: Making): string {
  const doc = `${words.words(8).join(" ")}, then ${words.words(6).join(" ")}.`;
  const names = Array.from({ length: 5 }, () => words.noun());
  const pick = (): string => names[Math.floor(random() * names.length)] ?? "it";
  const body = Array.from({ length: lines }, (_, line) => {
    const [verb, noun] = [words.verb(), words.noun()];
    return language.statement({
      into: line < names.length ? (names[line] ?? "it") : pick(),
      call: [verb, noun],
      of: [pick(), words.noun()],
      number: Math.floor(random() * 1_000),
    });
  });
  return language.function({
    doc,
    name: [words.verb(), words.noun(), words.noun()],
    argument: words.noun(),
    body,
  });
}
