import type { NewRule } from "./approvals.ts";
import { quoteGlob } from "./glob.ts";
import { placesOf, type Case } from "./judge.ts";
import { absolutePath } from "./rule.ts";

/** Rules that allow the same call again: the same tool doing nothing worse, at the same places, by the same command. */
export function rulesFor(of: Pick<Case, "facts" | "targets" | "foreseen">): NewRule[] {
  const { facts } = of;
  const rule: NewRule = {
    decision: "allow",
    tool: quoteGlob(facts.tool),
    effect: facts.effect,
    ...(facts.argv === undefined || facts.argv.length === 0 ? {} : { argv: [...facts.argv], exact: true }),
  };
  const paths = [...new Set(placesOf(of).map(absolutePath))];
  if (paths.length > 0) return paths.map((path) => ({ ...rule, path: quoteGlob(path) }));
  // Without a path nothing else would tie the yes to this project.
  return [facts.within === "" ? rule : { ...rule, within: facts.within }];
}
