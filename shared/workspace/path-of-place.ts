import type { Place } from "../access.ts";

/** The whole path of a place. */
export function pathOfPlace({ root, relative }: Place): string {
  if (relative === "") return root;
  return root === "/" ? `/${relative}` : `${root}/${relative}`;
}
