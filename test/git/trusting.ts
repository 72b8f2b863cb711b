import { dirname, join } from "node:path";
import { findRepositoryFacts } from "../../shared/policy/repository-facts.ts";
import { Trust } from "../../shared/policy/trust.ts";
import type { Repository } from "../support/repository.ts";

/** Trusts a repository at the top of a ground just as it is now, as `plumbline trust` would for `served`. */
export async function trusting(
  { root }: Repository,
  state = join(dirname(root), "home/state"),
): Promise<void> {
  const facts = findRepositoryFacts(root);
  if (facts === undefined) throw new Error("no repository");
  await Trust.open(state).grant("repository", facts.subjects[0], facts.hash);
}
