import type { Refs } from "../../../shared/git/refs.ts";

/**
 * What git gets for a caller's range, hashes only: `main`, `a..b`, `a...b`, `a..`, `..b`. Empty for HEAD on a branch
 * without a commit. Throws `invalid_input` and `not_found`.
 */
export async function resolveRange(refs: Refs, range: string | undefined): Promise<string[]> {
  if (range === undefined) {
    const { hash } = await refs.head();
    return hash === undefined ? [] : [hash];
  }
  const [, from, dots, to] = /^(.*?)(\.{2,3})(.*)$/su.exec(range.trim()) ?? [];
  if (from === undefined || to === undefined) return [(await refs.resolve(range)).spec];
  const [left, right] = await Promise.all([specOf(refs, from), specOf(refs, to)]);
  return dots === "..." ? [`${left}...${right}`] : [`^${left}`, right];
}

async function specOf(refs: Refs, text: string): Promise<string> {
  return (await refs.resolve(text.trim() === "" ? "HEAD" : text)).spec;
}
