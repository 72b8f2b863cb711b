import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readlinkSync,
  realpathSync,
  type BigIntStats,
} from "node:fs";
import { join } from "node:path";
import { isErrno } from "../errors.ts";
import type { Containment, Held, Opened } from "./contain.ts";
import { exchanged, outside, rootGone } from "./contain-errors.ts";
import { follow, type Nodes } from "./contain-follow.ts";
import { kindOf } from "./entry.ts";
import type { Root } from "./root.ts";

// Windows has neither of the two flags (undefined counts as 0); there the comparison alone must do
const READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

interface Named {
  readonly path: string;
  readonly stats: BigIntStats;
}

/**
 * Contains by comparison, for systems without `/proc`: the path is resolved, opened, and resolved again, and all
 * three must be one thing inside the root. Whoever exchanges directories twice in that time can win the race.
 */
export class CompareContainment implements Containment {
  readonly kind = "compare";

  reach(root: Root, parts: readonly string[], last: "follow" | "keep"): Held {
    const stats = lstatSync(root.path, { bigint: true, throwIfNoEntry: false });
    if (stats?.isDirectory() !== true) throw rootGone();
    const top = { path: root.path, stats };
    const reached = follow(parts, { root, nodes: { ...NODES, top }, last });
    const { node, missing, target } = reached;
    const real = resolved(node);
    const canonical = below(root, real);
    if (!isStill(real, node.stats)) throw exchanged();
    return hold({ parts: canonical, missing, target, path: real, stats: node.stats });
  }
}

interface Compared extends Named {
  readonly parts: readonly string[];
  readonly missing: readonly string[];
  readonly target?: string | undefined;
}

function hold({ parts, missing, target, path, stats }: Compared): Held {
  return {
    parts,
    missing,
    stats,
    ...(target === undefined ? {} : { target }),
    open: () => openCompared({ path, stats }),
    at: (name) => join(path, name),
    enter(name) {
      const child = NODES.child({ path, stats }, name);
      if (child?.stats.isDirectory() !== true) return undefined;
      return hold({ ...child, parts: [...parts, name], missing: [] });
    },
    look(name) {
      const child = NODES.child({ path, stats }, name);
      return child && hold({ ...child, parts: [...parts, name], missing: [] });
    },
    isInPlace: () => false,
    verify() {
      if (!isStill(path, stats)) throw exchanged();
    },
    close: () => {},
  };
}

const NODES: Omit<Nodes<Named>, "top"> = {
  child: (parent, name) => {
    const path = join(parent.path, name);
    try {
      const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
      return stats === undefined ? undefined : { path, stats };
    } catch (error) {
      if (isErrno(error, "ENAMETOOLONG")) return undefined;
      throw error;
    }
  },
  kind: ({ stats }) => kindOf(stats),
  readLink: (parent, name) => {
    try {
      return readlinkSync(join(parent.path, name));
    } catch (error) {
      if (isErrno(error, "EINVAL", "ENOENT", "UNKNOWN")) return undefined;
      throw error;
    }
  },
  release: () => {},
};

/** The true spelling of a path, case included; of a link, that of its directory and its own name. */
function resolved({ path, stats }: Named): string {
  if (!stats.isSymbolicLink()) return realpathSync.native(path);
  const name = path.slice(join(path, "..").length).replace(/^[\\/]/u, "");
  return join(realpathSync.native(join(path, "..")), name);
}

function below(root: Root, real: string): string[] {
  const parts = root.below(real);
  if (parts === undefined) throw outside();
  return parts;
}

/** Whether the path leads to this thing now, and no part of it is a link. */
function isStill(path: string, { dev, ino }: BigIntStats): boolean {
  try {
    const now = lstatSync(path, { bigint: true });
    return now.ino === ino && now.dev === dev && resolved({ path, stats: now }) === path;
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR", "ELOOP", "EACCES")) return false;
    throw error;
  }
}

/** Opens the very thing that was looked at, so that nothing else is opened than what was allowed. */
function openCompared({ path, stats: looked }: Named): Opened {
  const fd = openSync(path, READ);
  try {
    const stats = fstatSync(fd, { bigint: true });
    if (stats.ino !== looked.ino || stats.dev !== looked.dev) throw exchanged();
    const verify = (): void => {
      if (!isStill(path, stats)) throw exchanged();
    };
    verify();
    return { fd, stats, path, pathForChildren: path, verify };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}
