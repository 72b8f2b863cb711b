import { isName } from "../../../shared/git/refs.ts";
import type { Repository } from "../../../shared/git/repository.ts";

/** What a fetch brings from a remote and where it puts it. */
export interface Refspecs {
  /** As git takes them; each writes below `refs/remotes/` only. */
  readonly used: readonly string[];
  /** Those of the configuration that would write elsewhere. */
  readonly refused: readonly string[];
}

/** Those of the configuration; the usual one when there is none that we use. */
export function refspecsOf({ settings }: Repository, remote: string): Refspecs {
  const all = settings.filter(({ key }) => key === `remote.${remote}.fetch`).map(({ value }) => value);
  const used = all.filter(isHarmless);
  const refused = all.filter((spec) => !used.includes(spec));
  const usual = `+refs/heads/*:refs/remotes/${remote}/*`;
  return { used: used.some((spec) => !spec.startsWith("^")) ? used : [usual], refused };
}

/** One branch of the remote. */
export function branchRefspec(remote: string, branch: string): string {
  return `+refs/heads/${branch}:refs/remotes/${remote}/${branch}`;
}

/** Where a fetch keeps a reference of the remote, if it does. */
export function trackingOf(refspecs: Refspecs, name: string): string | undefined {
  for (const spec of refspecs.used) {
    const [from = "", to = ""] = spec.replace(/^\+/u, "").split(":");
    if (from === name) return to;
    const [before = "", after] = from.split("*");
    const fits = after !== undefined && name.startsWith(before) && name.endsWith(after);
    if (fits) return to.replace("*", () => name.slice(before.length, name.length - after.length));
  }
  return undefined;
}

function isHarmless(spec: string): boolean {
  if (spec.startsWith("^")) return isPattern(spec.slice(1)) && spec.startsWith("^refs/");
  const [from = "", to = "", ...more] = spec.replace(/^\+/u, "").split(":");
  const isWhole = more.length === 0 && isPattern(from) && isPattern(to);
  const bothOrNone = from.includes("*") === to.includes("*");
  return isWhole && bothOrNone && from.startsWith("refs/") && to.startsWith("refs/remotes/");
}

/** A name with one star in it at most. */
function isPattern(text: string): boolean {
  return isName(text.replace("*", "x"));
}
