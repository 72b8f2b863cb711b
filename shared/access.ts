/**
 * What a call is about to do with a path. `list` reveals names only, `write` covers move and delete; `replace` is what
 * git or another program of ours does to a place that no caller names: it gets another version, or is taken away.
 */
export type Intent = "list" | "read" | "write" | "replace";

/** A place on the disk after links were followed: which root, and the path below it. */
export interface Place {
  /** The root's absolute path, resolved. */
  readonly root: string;
  /** Below the root, `/`-separated, `""` for the root itself. */
  readonly relative: string;
  /** `<device>:<inode>` and the number of names, when the thing is open: so that another name of a secret is known. */
  readonly identity?: string;
  readonly links?: number;
}

/**
 * The permission of one call to open things. Policy makes it; the door calls `permit` with the place that it
 * really reached, so protection follows the object and not the spelling of the path.
 */
export interface Access {
  readonly signal: AbortSignal;
  /** Returns when allowed, throws `ToolError("denied")` when not. Cheap: called for every file of a walk. */
  permit(place: Place, intent: Intent): void;
}
