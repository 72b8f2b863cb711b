import { escapeForPerson } from "../../shared/escape-for-person.ts";
import type { Problem } from "../shapes.ts";

const MOST_PROBLEMS = 50;
const MOST_CHARACTERS = 200;

/** Where something is to be told: the line in the outermost file, and the file further in where it stands. */
export interface Where {
  readonly line?: number;
  /** Such as `docs/a.md`; with a line of its own in front of the sentence. */
  readonly inner?: { readonly shown: string; readonly line?: number };
}

/** Collects what is to be told of imports: fifty things, and then how many more there are. */
export class ProblemLog {
  readonly #problems: Problem[] = [];
  #more = 0;

  add(problem: Problem, { line, inner }: Where): void {
    if (this.#problems.length >= MOST_PROBLEMS) {
      this.#more += 1;
      return;
    }
    const { level, code } = problem;
    const at = inner?.line === undefined ? "" : ` line ${inner.line}`;
    const message = inner === undefined ? problem.message : `in ${inner.shown}${at}: ${problem.message}`;
    this.#problems.push({ level, code, message, ...(line === undefined ? {} : { line }) });
  }

  all(): readonly Problem[] {
    if (this.#more === 0) return this.#problems;
    const message = `${this.#more} more things about imports are not listed`;
    return [...this.#problems, { level: "info", code: "more_problems", message }];
  }
}

/** A written path in one of our sentences. */
export function quotePath(path: string): string {
  const short = path.length > MOST_CHARACTERS ? `${path.slice(0, MOST_CHARACTERS)}…` : path;
  return escapeForPerson(`@${short}`);
}
