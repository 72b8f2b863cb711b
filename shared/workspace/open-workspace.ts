import { join } from "node:path";
import type { Log } from "../context.ts";
import { StartupError } from "../errors.ts";
import type { Scope } from "../scope.ts";
import { Changes } from "./change/changes.ts";
import type { TreeGround } from "./change/permit-tree.ts";
import type { Keeping } from "./change/prune.ts";
import type { FindRoot } from "./change/recover.ts";
import { CompareContainment } from "./contain-compare.ts";
import { HandleContainment } from "./contain-handles.ts";
import type { Containment, ContainmentKind } from "./contain.ts";
import { Root } from "./root.ts";
import type { SafePath } from "./safe-path.ts";
import { WalkPool } from "./walk-pool.ts";
import { rootOf, Workspace } from "./workspace.ts";

export interface WorkspaceOptions {
  /** Closes the roots' handles and the walkers. */
  readonly scope: Scope;
  /** Left out: handles where the system has them, else compare. */
  readonly containment?: ContainmentKind;
  /** Left out, nothing can be changed. */
  readonly changes?: ChangeSettings;
  readonly log?: Log;
}

/** How changes are made and kept. */
export interface ChangeSettings {
  /** The user's own, closed to tools: the log of changes lies in it. */
  readonly stateFolder: string;
  /** False leaves it to the system when new contents reach the disk. */
  readonly fsync: boolean;
  readonly keeping: Keeping;
}

/**
 * Opens the roots; the first that works takes relative paths. One that cannot be used is skipped with a warning. A
 * change that a server died in is taken back before anything is served. Throws `StartupError` when none can be used.
 */
export async function openWorkspace(
  directories: readonly string[],
  options: WorkspaceOptions,
): Promise<Workspace> {
  const roots: Root[] = [];
  const failures: string[] = [];
  for (const directory of directories) {
    try {
      roots.push(await Root.open(directory, roots.length === 0));
    } catch (error) {
      if (!(error instanceof StartupError)) throw error;
      failures.push(error.message);
    }
  }
  if (roots.length === 0) throw new StartupError(failures.join("; ") || "no root was given");
  for (const failure of failures) options.log?.("warn", failure);
  const containment = contain(roots, options);
  const walkers = new WalkPool();
  options.scope.defer(() => walkers.close());
  const locate = (path: string): SafePath => workspace.locate(path);
  const ground: TreeGround = { roots, survey: (place, access) => workspace.survey(place, access) };
  const changes =
    options.changes && openChanges(ground, { ...options, containment, locate, changes: options.changes });
  const workspace = new Workspace(roots, { containment, walkers, changes });
  await changes?.mend().catch((error: unknown) => {
    options.log?.("warn", `what a server left half done could not be taken back: ${String(error)}`);
  });
  return workspace;
}

function contain(roots: readonly Root[], { scope, containment, log }: WorkspaceOptions): Containment {
  if (containment === "compare") return new CompareContainment();
  try {
    if (process.platform !== "linux") throw new Error("only Linux has handles in /proc");
    const handles = HandleContainment.open(roots);
    scope.defer(() => handles.close());
    return handles;
  } catch (error) {
    if (containment === "handles")
      throw new StartupError("containment by handles does not work here", { cause: error });
    if (process.platform === "linux")
      log?.("warn", "no /proc/self/fd here: paths are compared, which a race can defeat");
    return new CompareContainment();
  }
}

interface ChangeParts extends Omit<WorkspaceOptions, "containment"> {
  readonly containment: Containment;
  readonly changes: ChangeSettings;
  readonly locate: (path: string) => SafePath;
}

function openChanges(ground: TreeGround, parts: ChangeParts): Changes {
  const { roots } = ground;
  const { changes: settings, containment, locate, scope, log = () => {} } = parts;
  const findRoot: FindRoot = async (path) => {
    const own = roots.find((root) => root.path === path);
    if (own !== undefined) return { root: own, containment };
    const other = await openRoot(path);
    return other && { root: other, containment: contain([other], { scope, containment: containment.kind }) };
  };
  const changes = new Changes({
    ...settings,
    folder: join(settings.stateFolder, "changes"),
    containment,
    roots,
    ground,
    show: (place) => rootOf(roots, place).show(place.relative),
    locate,
    findRoot,
    log,
  });
  scope.defer(() => changes.close());
  return changes;
}

/** A root that this process does not serve, for a change that another server died in; nothing when it is gone. */
async function openRoot(path: string): Promise<Root | undefined> {
  try {
    return await Root.open(path, false);
  } catch (error) {
    if (error instanceof StartupError) return undefined;
    throw error;
  }
}
