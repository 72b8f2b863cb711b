import type { SafePath } from "./safe-path.ts";

/** One directory that the person opened to the tools. */
export interface Root {
  /** Absolute and resolved. */
  readonly path: string;
  /** As the person gave it, absolute. */
  readonly given: string;
  /** By spelling only; throws `invalid_input` or `denied`, the same for outside-and-there and outside-and-missing. */
  locate(path: string): SafePath;
}
