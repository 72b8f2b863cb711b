import * as z from "zod";
import { person } from "../../shared/config/key-rules.ts";

/** What a person can choose about git. */
export const gitOptions = z.strictObject({
  networkSeconds: z.int().min(1).max(3_600).default(100).describe("how long git_fetch and git_push may take"),
  // no repository may allow it for itself
  allowForcePush: person(
    z.boolean().default(false).describe("let git_push replace what is on the remote side"),
  ),
});

export type GitServerOptions = z.output<typeof gitOptions>;
