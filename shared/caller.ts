/**
 * Who is calling. `id` is the process on stdio, the token's identity with the MCP session over HTTP, and
 * `cli` on the command line; grants for a session, rate limits and session hooks are kept by it.
 */
export interface Caller {
  readonly id: string;
  readonly transport: "stdio" | "http" | "cli" | "internal";
  /** The client's own name and version, as it gave them: shown, never trusted. */
  readonly name: string;
  readonly version?: string;
  /** Whether a person can be asked in the middle of a call. */
  readonly canAsk: boolean;
}
