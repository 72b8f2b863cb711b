import { answerQuestions } from "../process/answer-questions.ts";
import { unifiedDiff, type Diff, type DiffInput } from "./unified-diff.ts";

answerQuestions((input: DiffInput): Diff => unifiedDiff(input));
