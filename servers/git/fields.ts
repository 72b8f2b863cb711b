import * as z from "zod";

/** Names the repository of a call. */
export const repoField = z.string().optional().describe("Which repository: a path in it.");
