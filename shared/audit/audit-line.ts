import * as z from "zod";

const AuditLineSchema = z.object({
  /** When the call ended, ISO 8601 in UTC. */
  time: z.string(),
  id: z.string(),
  parent: z.string().optional(),
  trace: z.string(),
  caller: z.object({
    id: z.string(),
    name: z.string(),
    version: z.string().optional(),
    transport: z.string(),
  }),
  /** `<server>.<name>`. */
  tool: z.string(),
  effect: z.string(),
  reach: z.string(),
  tier: z.number(),
  touched: z.object({ paths: z.array(z.string()).optional(), argv: z.array(z.string()).optional() }),
  /** The arguments, secrets masked, long strings shortened. */
  input: z.unknown(),
  decision: z.string(),
  because: z.string().optional(),
  /** `ok`, `asked`, `internal` or an error code. */
  outcome: z.string(),
  /** Milliseconds from the first stage to the answer. */
  ms: z.number(),
  /** Characters of the answer; 0 when the call failed. */
  chars: z.number(),
});

/** One line of the audit: one finished call, or the question in the middle of one. */
export type AuditLine = z.infer<typeof AuditLineSchema>;

/** What stands on one line of the file. A torn or foreign line is kept as it is. */
export type AuditEntry =
  | { readonly kind: "line"; readonly line: AuditLine; readonly raw: string }
  | { readonly kind: "unreadable"; readonly raw: string };

/** Total: a line that is not ours becomes `unreadable`. */
export function parseAuditLine(raw: string): AuditEntry {
  try {
    const parsed = AuditLineSchema.safeParse(JSON.parse(raw));
    if (parsed.success) return { kind: "line", line: parsed.data, raw };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return { kind: "unreadable", raw };
}
