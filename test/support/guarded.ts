import type { Access } from "../../shared/access.ts";
import { ToolError } from "../../shared/errors.ts";
import { classify } from "../../shared/policy/protected.ts";

/** A permission that knows protected names, as that of a call that policy allowed. */
export const guarded: Access["permit"] = (place, intent) => {
  const { kind } = classify(place);
  const isClosed = intent === "write" ? kind !== "plain" : intent === "read" && kind === "secret";
  if (isClosed) throw new ToolError("denied", `${place.relative} is ${kind}`);
};
