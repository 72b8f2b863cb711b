import { Context, Drop } from "liquidjs";

/** What a loop says about itself. */
const LOOP_FACTS = new Set(["first", "index", "index0", "last", "length", "rindex", "rindex0"]);

/**
 * What a template can reach: own properties of its variables, and a loop's facts. The engine gives a template every
 * property of its own objects, functions and prototypes too.
 */
export class ClosedContext extends Context {
  override readProperty(owner: Context["environments"], key: string | number | Drop): unknown {
    const hidden = owner instanceof Drop && !(typeof key === "string" && LOOP_FACTS.has(key));
    return hidden ? undefined : super.readProperty(owner, key);
  }
}
