/** The longest template, in characters. */
export const MOST_CHARACTERS = 100_000;

/** What the worker is asked. */
export interface LiquidJob {
  readonly text: string;
  /** As pairs, so that no name means more than itself on the way. */
  readonly variables: readonly (readonly [string, string | readonly string[]])[];
}

/** Why a template could not be rendered, in our words, and where: a line of it from 1. */
export interface LiquidFault {
  readonly why: string;
  readonly line?: number;
}

/** What the worker answers. */
export type LiquidReply = { readonly text: string } | { readonly failed: LiquidFault };
