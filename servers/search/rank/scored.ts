import type { Candidate } from "../store/shapes.ts";
import type { DenseScore } from "./dense-score.ts";
import type { LexicalScore } from "./lexical-score.ts";

/** The file of a candidate among those of all places. */
export function fileKey({ place, candidate }: Pick<Scored, "place" | "candidate">): string {
  return `${place}:${candidate.file}`;
}

/** A candidate and all that is known of how well it answers; shares are 0..1 within this query's candidates. */
export interface Scored {
  readonly candidate: Candidate;
  /** Which of the indexes that were looked in it is from. */
  readonly place: number;
  readonly lexical: LexicalScore;
  readonly dense: DenseScore | undefined;
  /** Share of the whole unit's meaning. */
  readonly denseUnit: number;
  /** The shares, weighed for the class of the query. */
  readonly fused: number;
  /** How well the name of its file answers. */
  readonly fileName: number;
  /** By the role of its file. */
  readonly prior: number;
  /** 1 when it holds a definition that the query names exactly, less when the scope or the case differs. */
  readonly named: number;
}
