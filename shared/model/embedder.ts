/** What turns text into vectors. Vectors of different ids are never compared. */
export interface Embedder {
  /** Names the model, its version and what else decides its vectors; part of every stored vector's key. */
  readonly id: string;
  readonly dimensions: number;
  /**
   * Vectors of unit length, one byte a dimension (127 = 1), in the order given. Throws `unavailable` when the model cannot
   * be had, the signal's reason when it is aborted.
   */
  embed(texts: readonly EmbedText[], signal: AbortSignal): Promise<readonly Int8Array[]>;
}

/** Some models take a question and what it is asked of differently. */
export interface EmbedText {
  readonly text: string;
  readonly role: "query" | "code";
}
