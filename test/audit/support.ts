import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import type { AuditEntry, AuditLine } from "../../shared/audit/audit-line.ts";
import { readAudit } from "../../shared/audit/read-audit.ts";
import type { ReadAuditOptions } from "../../shared/audit/read-audit.ts";
import type { Answer, Call, Endpoint } from "../../shared/call.ts";

/** A directory that goes with the test. */
export async function scratch() {
  const path = await mkdtemp(join(tmpdir(), "plumbline-audit-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

export function lineOf(id: string, extra: Partial<AuditLine> = {}): AuditLine {
  return {
    time: new Date().toISOString(),
    id,
    trace: "t",
    caller: { id: "c", name: "client", transport: "stdio" },
    tool: "filesystem.read_file",
    effect: "read",
    reach: "local",
    tier: 0,
    touched: {},
    input: {},
    decision: "allowed",
    outcome: "ok",
    ms: 1,
    chars: 2,
    ...extra,
  };
}

/** A call as a transport makes it. */
export function callOf(extra: Partial<Call> = {}): Call {
  return {
    id: "call-1",
    trace: "trace-1",
    caller: { id: "caller", transport: "stdio", name: "client", version: "1.2", canAsk: true },
    signal: new AbortController().signal,
    log: () => {},
    report: () => {},
    record: {
      effect: "read",
      reach: "local",
      tier: 0,
      touches: { paths: ["a.txt"] },
      decision: "allowed",
      changed: false,
    },
    ...extra,
  };
}

/** An endpoint with a body of the test's own. */
export function endpointOf(call: Endpoint["call"]): Endpoint {
  return {
    tool: {
      server: "fixture",
      name: "do_it",
      title: "Do it",
      description: "",
      effect: "read",
      reach: "local",
      input: z.object({}),
      touches: () => ({}),
      views: { as: [], of: () => [] },
    },
    call,
  };
}

export function textAnswer(text: string): Answer {
  return { kind: "answer", parts: [{ type: "text", text }] };
}

export async function entriesOf(
  options: Omit<ReadAuditOptions, "signal"> & { signal?: AbortSignal },
): Promise<AuditEntry[]> {
  const entries: AuditEntry[] = [];
  for await (const entry of readAudit({ signal: new AbortController().signal, ...options }))
    entries.push(entry);
  return entries;
}

export async function linesOf(stateFolder: string, project = "p"): Promise<AuditLine[]> {
  const entries = await entriesOf({ stateFolder, project });
  return entries.map((entry) => {
    if (entry.kind !== "line") throw new Error(`unreadable: ${entry.raw}`);
    return entry.line;
  });
}
