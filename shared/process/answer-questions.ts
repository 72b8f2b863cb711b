/** For the file of a `KillableWorker`: answers each of its questions, at once or later; an error that `answer` throws ends the process. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- what arrives is what the asker's type says
export function answerQuestions<Question>(answer: (question: Question) => unknown): void {
  process.on("message", (question: string) => void send(answer(JSON.parse(question))));
  // whoever asked is gone
  process.once("disconnect", () => process.exit());
  process.send?.("ready");
}

/** What a promise is rejected with ends the process too. */
async function send(answer: unknown): Promise<void> {
  process.send?.(await answer);
}
