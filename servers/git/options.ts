import * as z from "zod";

/** What a person can choose about git. */
export const gitOptions = z.strictObject({
  allowForcePush: z.boolean().default(false).describe("let git_push replace what is on the remote side"),
});

export type GitServerOptions = z.output<typeof gitOptions>;
