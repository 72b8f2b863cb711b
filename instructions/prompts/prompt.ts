import type { Warning } from "../shapes.ts";

/** Where a prompt comes from. Of two with one name, the project's stands before the person's own, and that before ours. */
export type PromptOrigin = "project" | "own" | "builtin";

export interface PromptArgument {
  /** A letter, then letters, digits and underscores; at most 40. */
  readonly name: string;
  readonly description: string;
  readonly required: boolean;
  /** What stands for it when it is left out or blank; the empty string when the file says nothing. */
  readonly default: string;
  /** What completion offers; others may be given, too. */
  readonly values: readonly string[];
  /** `path`: completion offers files below the roots. */
  readonly kind: "text" | "path";
}

/** A prompt of the library, understood and not yet filled in. */
export interface Prompt {
  /** The file's name without its ending, kebab-case. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly arguments: readonly PromptArgument[];
  readonly tags: readonly string[];
  /** `vars`: only `{{ name }}` of its arguments is replaced. */
  readonly template: "vars" | "liquid";
  readonly body: string;
  /** The line of the file on which the body begins, from 1. */
  readonly firstLine: number;
  readonly from: PromptOrigin;
  /** For people and models: relative to the project, `~/…` for the person's own; never absolute. */
  readonly shown: string;
  /** The whole file. */
  readonly text: string;
}

/** All prompts that there are now. */
export interface PromptSet {
  /** By name, in code-unit order; each name once. */
  readonly prompts: readonly Prompt[];
  /** What is wrong with files, and which of them are hidden by others. */
  readonly problems: readonly Warning[];
}
