import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  type Server,
  type ServerContext,
} from "@modelcontextprotocol/server";
import * as z from "zod";
import type { Caller } from "../caller.ts";

const MAX_NAME = 100;

/** What a stateless request says about its client; the SDK hands it on as it came. */
const Envelope = z.object({
  [CLIENT_CAPABILITIES_META_KEY]: z
    .object({ elicitation: z.object({ form: z.unknown(), url: z.unknown() }).partial() })
    .partial()
    .optional()
    .catch(undefined),
  [CLIENT_INFO_META_KEY]: z.object({ name: z.string(), version: z.string() }).optional().catch(undefined),
});

interface Capabilities {
  readonly elicitation?: { readonly form?: unknown; readonly url?: unknown } | undefined;
}

/**
 * Who sent this request. A stateless request says it in its own envelope, an older client said it once when it
 * connected. `connection` is the id of a caller that no token names: one process, one connection.
 */
export function callerOf(context: ServerContext, server: Server, connection: string): Caller {
  const envelope: z.infer<typeof Envelope> =
    context.mcpReq.envelope === undefined ? {} : Envelope.parse(context.mcpReq.envelope);
  const capabilities = envelope[CLIENT_CAPABILITIES_META_KEY] ?? server.getClientCapabilities();
  const info = envelope[CLIENT_INFO_META_KEY] ?? server.getClientVersion();
  return {
    id: callerIdOf(context, connection),
    transport: context.http === undefined ? "stdio" : "http",
    name: clientName(info),
    ...(info === undefined ? {} : { version: shown(info.version) }),
    canAsk: canFillForms(capabilities),
  };
}

/** The token's identity, with the session where there is one; both are put there by our HTTP gate alone. */
export function callerIdOf(context: ServerContext, connection: string): string {
  return context.http?.authInfo?.clientId ?? connection;
}

/** `elicitation: {}` is the older way to say form; only `{ url }` alone means that no form can be shown. */
function canFillForms(capabilities: Capabilities | undefined): boolean {
  const elicitation = capabilities?.elicitation;
  return elicitation !== undefined && (elicitation.form !== undefined || elicitation.url === undefined);
}

/** What a client calls itself, fit to be shown. */
export function clientName(info: { readonly name: string } | undefined): string {
  return shown(info?.name ?? "unknown");
}

/** A client's own words go into logs and questions: no control characters, bounded. */
function shown(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "").slice(0, MAX_NAME);
}
