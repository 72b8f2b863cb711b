/** What the worker is asked. With no texts it only loads the model. */
export interface GgufQuestion {
  /** Absolute. */
  readonly file: string;
  readonly texts: readonly string[];
}

export type GgufAnswer =
  | {
      /** SHA-256 of the file, in hex. */
      readonly checksum: string;
      readonly dimensions: number;
      /** Base64 of one `Int8Array` a text; "" for a text without a direction. */
      readonly vectors: readonly string[];
    }
  | { readonly failed: string; readonly hint?: string };
