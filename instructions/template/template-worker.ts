import { answerQuestions } from "../../shared/process/answer-questions.ts";
import { LiquidEngine } from "./liquid-engine.ts";
import { liquidFault } from "./liquid-fault.ts";
import type { LiquidJob, LiquidReply } from "./liquid-job.ts";
import { newUnseen } from "./new-unseen.ts";
import { MOST_BYTES } from "./template-problem.ts";

const engine = new LiquidEngine();

answerQuestions((job: LiquidJob): LiquidReply => {
  try {
    return checked(engine.render(job), job);
  } catch (error) {
    return { failed: liquidFault(error) };
  }
});

function checked(text: string, job: LiquidJob): LiquidReply {
  if (Buffer.byteLength(text) > MOST_BYTES)
    return { failed: { why: `it becomes longer than ${MOST_BYTES / 1_024} KiB` } };
  // a template can spell what was taken out of its file: invisible characters, changes of direction
  const made = newUnseen(text, [job.text, ...job.variables.flatMap(([, value]) => value)]);
  if (made !== undefined)
    return { failed: { why: `it makes a character that does not show itself (${made})` } };
  return { text };
}
