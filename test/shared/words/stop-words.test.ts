import { expect, test } from "vitest";
import { isStopWord } from "../../../shared/words/stop-words.ts";
import { wordsOf } from "../../../shared/words/words-of.ts";

test("leaves of a question what it asks for", () => {
  const words = wordsOf("Where is the function that decides how often a failed request is retried?");
  expect(words.filter((word) => !isStopWord(word)).join(" ")).toBe("decid fail request retri");
});
