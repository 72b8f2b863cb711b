import type { Revision } from "../../../shared/git/refs.ts";

/** For git: a commit and nothing else, since below another tree a path says nothing of where a file lies. */
export function commitSpec({ spec }: Revision): string {
  return `${spec}^{commit}`;
}
