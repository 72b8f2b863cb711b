import type { Touches } from "../../shared/tool.ts";

interface Asked {
  readonly repo?: string | undefined;
  readonly path?: string | undefined;
  readonly paths?: readonly string[] | undefined;
}

/** The paths that a call names; the first root when it names none. */
export function touched({ repo, path, paths = [] }: Asked): Touches & { readonly paths: readonly string[] } {
  const named = [repo, path, ...paths].filter((each) => each !== undefined);
  return { paths: named.length === 0 ? ["."] : named };
}
