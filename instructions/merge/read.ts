import type { Document, Problem } from "../shapes.ts";

/** A file of the chain as it would reach a model. */
export interface Read {
  readonly document: Document;
  /** Where the file really lies, links followed. Absolute. */
  readonly realPath: string;
  /** Rendered, with its imports in it; the plain body where nobody rendered it because it does not apply. */
  readonly text: string;
  /** As shown. */
  readonly imports: readonly string[];
  /** Those of rendering and importing; it does not matter whether the document's own are among them. */
  readonly problems: readonly Problem[];
}
