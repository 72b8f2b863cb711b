import type { Flags } from "../../shared/config/layer.ts";
import { StartupError } from "../../shared/errors.ts";
import { Scope } from "../../shared/scope.ts";
import { openWorkspace } from "../../shared/workspace/open-workspace.ts";
import { call } from "./call.ts";
import { loadSettings } from "./load-settings.ts";
import { stderrLog } from "./stderr-log.ts";
import { print } from "./terminal.ts";

export interface UndoOptions {
  /** Left out, changes are listed. */
  readonly id: string | undefined;
  readonly paths: readonly string[];
  readonly flags: Flags;
  readonly json: boolean;
  /** How many changes are listed. */
  readonly limit: number | undefined;
}

/** Lists the changes that tools made in a project, or takes one back as a client would. Exit code 1 when it cannot. */
export async function undo(options: UndoOptions): Promise<void> {
  const { id, json, flags, limit = 1 } = options;
  if (!Number.isInteger(limit) || limit < 1) throw new StartupError("--limit takes a whole number from 1 on");
  if (id === undefined && json) return await printHistory(options);
  const input = JSON.stringify(inputOf(options));
  await call({ server: "filesystem", tool: "undo_change", input, flags, json });
}

function inputOf({ id, paths, limit }: UndoOptions): Record<string, unknown> {
  if (id === undefined) return limit === undefined ? {} : { limit };
  return { action: "revert", change: id, ...(paths.length === 0 ? {} : { paths }) };
}

async function printHistory({ flags, limit = 20 }: UndoOptions): Promise<void> {
  const { roots, places, fsync, trash: keeping } = await loadSettings(flags, [], stderrLog);
  await using scope = new Scope();
  const changes = { stateFolder: places.state, fsync, keeping };
  const workspace = await openWorkspace(roots, { scope, log: stderrLog, changes });
  const history = await workspace.changes.history();
  const shown = history
    .slice(0, limit)
    .map(({ change, state, undoneBy }) => ({ ...change, state, undoneBy }));
  print(JSON.stringify({ total: history.length, changes: shown }, null, 2));
}
