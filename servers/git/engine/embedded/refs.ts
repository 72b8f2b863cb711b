import type { EmbeddedRunIn } from "./run.ts";
import { aheadAndBehind } from "./history.ts";
import { allReferences, upstreamOf } from "./references.ts";
import type { RefFacts } from "../shapes.ts";
import { parseTag, subjectOf } from "./stored.ts";

/** As `for-each-ref` would: `prefix` is one of ours, such as `refs/heads/`. */
export async function refs(at: EmbeddedRunIn, prefix: string): Promise<RefFacts[]> {
  const references = await allReferences(at.files, at.repository);
  const found: RefFacts[] = [];
  for (const [name, hash] of references)
    if (name.startsWith(prefix)) {
      const track = await trackOf(at, references, { name, hash });
      found.push({ name, ...(await factsOf(at, hash)), ...track });
    }
  return found;
}

/** Of an annotated tag what it points to, and the tag's own subject. */
async function factsOf({ objects }: EmbeddedRunIn, hash: string): Promise<Omit<RefFacts, "name">> {
  const own = await objects.read(hash);
  const tag = own.kind === "tag" ? parseTag(own) : undefined;
  const meant = tag === undefined ? own : await objects.read(tag.target);
  const annotation = tag === undefined ? {} : { annotation: subjectOf(tag.message) };
  if (meant.kind === "tag")
    return { hash: meant.hash, subject: subjectOf(parseTag(meant).message), at: 0, ...annotation };
  if (meant.kind !== "commit") return { hash: meant.hash, subject: "", at: 0, ...annotation };
  const { message, committer } = await objects.commit(meant.hash);
  return { hash: meant.hash, subject: subjectOf(message), at: committer.at, ...annotation };
}

async function trackOf(
  { objects, repository, signal }: EmbeddedRunIn,
  references: ReadonlyMap<string, string>,
  { name, hash }: { readonly name: string; readonly hash: string },
): Promise<Pick<RefFacts, "upstream" | "ahead" | "behind">> {
  const branch = /^refs\/heads\/(.+)$/su.exec(name)?.[1];
  const upstream = branch === undefined ? undefined : upstreamOf(repository, branch);
  if (upstream === undefined) return {};
  const theirs = references.get(upstream);
  if (theirs === undefined) return { upstream };
  return { upstream, ...(await aheadAndBehind(objects, [hash, theirs], signal)) };
}
