import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readlinkSync,
  type BigIntStats,
} from "node:fs";
import { isErrno } from "../errors.ts";
import type { Containment, Held, Opened } from "./contain.ts";
import { rootGone } from "./contain-errors.ts";
import { follow, type Nodes, type Reached } from "./contain-follow.ts";
import { kindOf } from "./entry.ts";
import type { Root } from "./root.ts";

/** Linux: a handle to a thing that is not opened, so that even a device can be looked at without a side effect. */
const O_PATH = 0o10_000_000;
const LOOK = O_PATH | constants.O_NOFOLLOW;
const READ = constants.O_RDONLY | constants.O_NONBLOCK;

interface Handle {
  readonly fd: number;
  readonly stats: BigIntStats;
}

/**
 * Contains by handles: every name is opened relative to the handle of its directory, through `/proc/self/fd`, which
 * is `openat` without native code. What was checked is the very thing that is used, so no race can be won.
 */
export class HandleContainment implements Containment {
  readonly kind = "handles";
  readonly #tops = new Map<Root, Handle>();
  /** Of roots that were replaced: a call that began before may still use them. */
  readonly #former: Handle[] = [];

  /** Opens the roots; throws when this system cannot do it. */
  static open(roots: readonly Root[]): HandleContainment {
    const containment = new HandleContainment();
    try {
      for (const root of roots) containment.#tops.set(root, openTop(root));
      return containment;
    } catch (error) {
      containment.close();
      throw error;
    }
  }

  reach(root: Root, parts: readonly string[], last: "follow" | "keep"): Held {
    const top = this.#top(root);
    const plain = descend(top, parts);
    const ground = { top, path: root.path === "/" ? "" : root.path };
    if (plain !== undefined) return hold(plain, ground);
    return hold(follow(parts, { root, nodes: { ...NODES, top }, last }), ground);
  }

  close(): void {
    for (const { fd } of [...this.#tops.values(), ...this.#former.splice(0)]) closeSync(fd);
    this.#tops.clear();
  }

  /** The root's handle, taken anew when another directory stands at its path, as after a fresh clone. */
  #top(root: Root): Handle {
    const top = this.#tops.get(root);
    if (top === undefined) throw new Error(`no root of this workspace: ${root.path}`);
    const now = lstatSync(root.path, { bigint: true, throwIfNoEntry: false });
    if (now?.ino === top.stats.ino && now.dev === top.stats.dev) return top;
    const fresh = openTop(root);
    this.#tops.set(root, fresh);
    this.#former.push(top);
    return fresh;
  }
}

interface Ground {
  readonly top: Handle;
  /** Of the root; empty for `/`. */
  readonly path: string;
}

function hold({ node, parts, missing, target }: Reached<Handle>, ground: Ground): Held {
  const holdChild = (name: string, child: Handle): Held =>
    hold({ node: child, parts: [...parts, name], missing: [] }, ground);
  return {
    parts,
    missing,
    stats: node.stats,
    ...(target === undefined ? {} : { target }),
    open: () => reopen(node),
    at: (name) => `/proc/self/fd/${node.fd}/${name}`,
    enter(name) {
      const child = NODES.child(node, name);
      if (child === undefined) return undefined;
      if (child.stats.isDirectory()) return holdChild(name, child);
      closeSync(child.fd);
      return undefined;
    },
    look(name) {
      const child = NODES.child(node, name);
      return child && holdChild(name, child);
    },
    // the kernel knows where a handle leads now
    isInPlace: () => readlinkSync(`/proc/self/fd/${node.fd}`) === [ground.path, ...parts].join("/"),
    verify: () => {},
    close: () => {
      if (node !== ground.top) closeSync(node.fd);
    },
  };
}

/** Nearly every path has no link in it: then this is all. Undefined for any other, which `follow` takes. */
function descend(top: Handle, parts: readonly string[]): Reached<Handle> | undefined {
  let at = top;
  for (const [depth, name] of parts.entries()) {
    const next = at.stats.isDirectory() ? childOf(at, name, top) : undefined;
    if (next === undefined) return { node: at, parts: parts.slice(0, depth), missing: parts.slice(depth) };
    if (at !== top) closeSync(at.fd);
    at = next;
    if (!at.stats.isSymbolicLink()) continue;
    closeSync(at.fd);
    return undefined;
  }
  return { node: at, parts, missing: [] };
}

/** Lets go of the directory when looking into it fails. */
function childOf(at: Handle, name: string, top: Handle): Handle | undefined {
  try {
    return NODES.child(at, name);
  } catch (error) {
    if (at !== top) closeSync(at.fd);
    throw error;
  }
}

const NODES: Omit<Nodes<Handle>, "top"> = {
  child: (parent, name) => {
    try {
      return look(`/proc/self/fd/${parent.fd}/${name}`);
    } catch (error) {
      if (isErrno(error, "ENOENT", "ENOTDIR", "ENAMETOOLONG")) return undefined;
      throw error;
    }
  },
  kind: ({ stats }) => kindOf(stats),
  readLink: (parent, name) => {
    try {
      return readlinkSync(`/proc/self/fd/${parent.fd}/${name}`);
    } catch (error) {
      if (isErrno(error, "EINVAL", "ENOENT")) return undefined;
      throw error;
    }
  },
  release: ({ fd }) => closeSync(fd),
};

function look(path: string): Handle {
  const fd = openSync(path, LOOK);
  try {
    return { fd, stats: fstatSync(fd, { bigint: true }) };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** Opens a root by its resolved path without following a link, so that nobody can slip one in since. */
function openTop(root: Root): Handle {
  let at = look("/");
  for (const name of root.path.split("/").filter((part) => part !== "")) {
    const above = at;
    try {
      at = look(`/proc/self/fd/${above.fd}/${name}`);
    } catch (error) {
      throw rootGone(error);
    } finally {
      closeSync(above.fd);
    }
  }
  if (at.stats.isDirectory()) return at;
  closeSync(at.fd);
  throw rootGone();
}

/** Opens for reading the very thing that a handle looks at. */
function reopen({ fd: looking, stats }: Handle): Opened {
  const fd = openSync(`/proc/self/fd/${looking}`, stats.isDirectory() ? READ | constants.O_DIRECTORY : READ);
  return {
    fd,
    stats,
    path: `/proc/self/fd/${fd}`,
    pathForChildren: `/proc/${process.pid}/fd/${fd}`,
    verify: () => {},
  };
}
