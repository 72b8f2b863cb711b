import * as z from "zod";

/** What a person can choose about git. */
export const gitOptions = z.strictObject({
  networkSeconds: z.int().min(1).max(3_600).default(100).describe("how long git_fetch and git_push may take"),
  allowForcePush: z.boolean().default(false).describe("let git_push replace what is on the remote side"),
});

export type GitServerOptions = z.output<typeof gitOptions>;
