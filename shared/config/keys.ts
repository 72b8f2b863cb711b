import * as z from "zod";
import { ruleSchema } from "../policy/rule.ts";
import { narrow, person } from "./key-rules.ts";

const glob = z.string().min(1).max(1_000);
const count = z.int().positive();
const toolName = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, "expected a tool's name, such as read_file");

/** One rule about calls; what it leaves out matches everything. */
const configuredRule = ruleSchema
  .pick({ decision: true, tool: true, path: true })
  .extend({ args: ruleSchema.shape.argv })
  .refine(({ tool, path, args }) => [tool, path, args].some((part) => part !== undefined), {
    error: "expected a rule that names a tool, a path or the first words of a command",
  });
export type ConfiguredRule = z.output<typeof configuredRule>;

/** From the most trusting to the strictest. */
const ASK = ["host", "elicit", "deny"] as const;
type Ask = (typeof ASK)[number];

/** Every key of the configuration, in files, environment and flags. Each says who may set it. */
export const settingsSchema = z.strictObject({
  roots: person(z.array(z.string().min(1)).optional().describe("folder that tools may touch"), "--root"),
  readOnly: narrow(
    z.boolean().default(false).describe("serve only what reads"),
    (own, project) => own || project,
    "--read-only",
  ),
  tools: narrow(
    z.array(toolName).optional().describe("serve only these tools, separated by commas"),
    (own, project) => inBoth(own, project),
    "--tools",
  ),
  ask: narrow(
    z
      .enum(ASK)
      .default("elicit")
      .describe("who asks you before a risky call: elicit (we do), host (your client does), deny"),
    stricter,
    "--ask",
  ),
  rules: narrow(
    z.array(configuredRule).default([]).describe("rules about calls; deny beats ask beats allow"),
    denyMore,
  ),
  allowSecrets: person(
    z.array(glob).default([]).describe("globs of secret files that tools may read"),
    "--allow-secrets",
  ),
  protect: narrow(
    z.array(glob).default([]).describe("globs of more files that no tool may write"),
    (own, project) => [...new Set([...own, ...project])],
    "--protect",
  ),
  fsync: person(
    z
      .boolean()
      .default(true)
      .describe(
        "sync new contents to the disk before they replace old ones; off is faster, and a power failure may lose them",
      ),
    "--no-fsync",
  ),
  trash: z
    .strictObject({
      days: person(count.default(30).describe("days until a change can no longer be undone")),
      maxBytes: person(
        count
          .default(1024 ** 3)
          .describe("bytes that are kept of replaced and deleted files, for all roots together"),
      ),
    })
    .prefault({}),
  limits: z
    .strictObject({
      callsPerMinute: narrow(count.default(60_000).describe("calls a minute, for each caller"), lower),
      concurrent: narrow(count.default(64).describe("calls at once, for each caller"), lower),
      deadlineMs: narrow(count.default(120_000).describe("milliseconds until a call is cancelled"), lower),
    })
    .prefault({}),
  hooks: z
    .strictObject({
      importClaude: person(
        z
          .enum(["never", "auto", "always"])
          .default("never")
          .describe(
            "run hooks of Claude's settings files too; auto: not for Claude Code, which runs them itself",
          ),
        "--import-claude-hooks",
      ),
      trusted: person(
        z
          .array(
            z
              .string()
              .regex(/^[0-9a-f]{64}$/u, "expected a whole hash, as plumbline hooks status --json shows"),
          )
          .default([])
          .describe("hash of a project's hook that may run, as if approved"),
        "--trust-hooks",
      ),
      failClosed: narrow(
        z
          .boolean()
          .default(false)
          .describe("deny a call when a hook that guards it fails or is not approved"),
        (own, project) => own || project,
        "--hooks-fail-closed",
      ),
      allowedUrls: person(
        z
          .array(z.string().min(1).max(2_000))
          .default([])
          .describe("addresses that http hooks may call, * is any text"),
      ),
      variables: person(
        z
          .array(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/u, "expected a variable's name"))
          .default([])
          .describe("names of environment variables that hooks get beside the usual ones"),
      ),
    })
    .prefault({}),
  announce: person(
    z.boolean().default(true).describe("name a folder's own instructions in the first answer about it"),
    "--no-announce",
  ),
  inject: person(z.boolean().default(false).describe("and add their text to that answer"), "--inject"),
  http: z
    .strictObject({
      host: person(z.string().min(1).default("127.0.0.1").describe("address to listen on"), "--host"),
      port: person(z.int().min(0).max(65_535).default(7_800).describe("port to listen on"), "--port"),
      token: person(
        z
          .string()
          .min(16, "expected at least 16 characters")
          .optional()
          .describe("bearer token of HTTP clients"),
        "--token",
      ),
      allowedHosts: person(
        z.array(z.string().min(1)).default([]).describe("more host names that clients may call us by"),
        "--allowed-hosts",
      ),
      legacySse: person(
        z.boolean().default(false).describe("also serve the old HTTP+SSE transport"),
        "--legacy-sse",
      ),
      maxSessions: person(count.default(1_000).describe("sessions at once")),
      sessionIdleMinutes: person(count.default(30).describe("minutes until an idle session is closed")),
      maxBodyBytes: person(count.default(4 * 1024 * 1024).describe("bytes of a request")),
    })
    .prefault({}),
  audit: z
    .strictObject({
      maxBytes: person(count.default(10 * 1024 * 1024).describe("bytes of one audit file")),
      keep: person(count.default(5).describe("how many full audit files are kept")),
    })
    .prefault({}),
  containment: person(
    z
      .enum(["handles", "compare"])
      .default(process.platform === "linux" ? "handles" : "compare")
      .describe("how paths are held inside the roots; compare is what systems other than Linux have"),
  ),
});

/** All keys with their values, defaults filled in. */
export type SettingsValues = z.output<typeof settingsSchema>;

function inBoth(own: readonly string[] | undefined, project: readonly string[] | undefined): string[] {
  if (own === undefined || project === undefined) return [...(own ?? project ?? [])];
  return own.filter((name) => project.includes(name));
}

function stricter(own: Ask, project: Ask): Ask {
  return ASK.indexOf(own) > ASK.indexOf(project) ? own : project;
}

function denyMore(own: readonly ConfiguredRule[], project: readonly ConfiguredRule[]): ConfiguredRule[] {
  return [...own, ...project.filter((rule) => rule.decision !== "allow")];
}

function lower(own: number, project: number): number {
  return Math.min(own, project);
}
