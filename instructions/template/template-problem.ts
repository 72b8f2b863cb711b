/** Why a template was not filled, or not whole. */
export interface TemplateProblem {
  /** Our own sentence; foreign text in it is escaped and bounded. */
  readonly message: string;
  /** From 1, in the text that was given. */
  readonly line?: number;
}

/** A template's text with its variables filled in; as it was written when that failed. */
export interface Rendered {
  readonly text: string;
  readonly problems: readonly TemplateProblem[];
}

export type Variables = Readonly<Record<string, string | readonly string[]>>;

/** The most that a template may become, in bytes. */
export const MOST_BYTES = 256 * 1_024;

/** The text as it was written, and why. */
export function leftAlone(text: string, why: string, line?: number): Rendered {
  const message = `${why}; the text stays as it is written`;
  return { text, problems: [line === undefined ? { message } : { message, line }] };
}
