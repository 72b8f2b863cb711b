import { parentPort } from "node:worker_threads";

/** For the file of a `KillableWorker`: answers each of its questions; an error that `answer` throws ends the worker. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- what arrives is what the asker's type says
export function answerQuestions<Question>(answer: (question: Question) => unknown): void {
  parentPort?.on("message", (question: Question) => parentPort?.postMessage(answer(question), []));
  parentPort?.postMessage("ready", []);
}
