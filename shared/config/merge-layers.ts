import { isDeepStrictEqual } from "node:util";
import type { Merge } from "./key-rules.ts";
import type { Found, Layer } from "./layer.ts";
import type { KeyTable, Leaf } from "./leaves.ts";

/** What the person said, strongest first. */
export interface PersonLayers {
  readonly flags: Layer;
  readonly environment: Layer;
  readonly user: Layer;
}

/** One value for each key that was set anywhere, by its class. */
export function mergeLayers(keys: KeyTable, own: PersonLayers, project: Layer): Layer {
  const merged = new Map<string, Found>();
  for (const leaf of keys.leaves.values()) {
    const found = decide(leaf, own, project.get(leaf.path));
    if (found !== undefined) merged.set(leaf.path, found);
  }
  return merged;
}

function decide(leaf: Leaf, own: PersonLayers, project: Found | undefined): Found | undefined {
  const now = own.flags.get(leaf.path) ?? own.environment.get(leaf.path);
  const user = own.user.get(leaf.path);
  // An option of a server that declares nothing is a matter of taste.
  const rule = leaf.rule ?? { who: "override" };
  switch (rule.who) {
    case "person":
      return now ?? user;
    case "override":
      return now ?? project ?? user;
    case "narrow":
      return narrowed(rule.merge, now ?? user, project);
    default:
      return rule satisfies never;
  }
}

function narrowed(merge: Merge, own: Found | undefined, project: Found | undefined): Found | undefined {
  if (project === undefined) return own;
  const value = merge(own?.value, project.value);
  return own !== undefined && isDeepStrictEqual(value, own.value) ? own : { value, origin: project.origin };
}
