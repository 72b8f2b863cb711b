import type { Flags } from "../../shared/config/layer.ts";
import { formatAuditLine } from "../../shared/audit/format-audit-line.ts";
import { projectKey } from "../../shared/audit/project-key.ts";
import { readAudit } from "../../shared/audit/read-audit.ts";
import { Scope } from "../../shared/scope.ts";
import { openWorkspace } from "../../shared/workspace/open-workspace.ts";
import { loadSettings } from "./load-settings.ts";
import { parseTime } from "./parse-time.ts";
import { stderrLog } from "./stderr-log.ts";
import { hasColors, print } from "./terminal.ts";

export interface AuditOptions {
  readonly flags: Flags;
  readonly follow: boolean;
  readonly json: boolean;
  readonly since: string | undefined;
}

/** Prints the calls of a project, oldest first; goes on with new ones until it is stopped when it follows. */
export async function audit({ flags, follow, json, since }: AuditOptions): Promise<void> {
  const settings = await loadSettings(flags, [], stderrLog);
  await using scope = new Scope();
  const { roots } = await openWorkspace(settings.roots, { scope });
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  const entries = readAudit({
    stateFolder: settings.places.state,
    project: projectKey(roots),
    follow,
    signal: stop.signal,
    ...(since === undefined ? {} : { since: parseTime(since, "ago") }),
  });
  for await (const entry of entries) print(json ? entry.raw : formatAuditLine(entry, { color: hasColors() }));
}
