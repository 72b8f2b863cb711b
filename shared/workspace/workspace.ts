import type { Access, Place } from "../access.ts";
import type { DirectoryEntry, EntryStat } from "./entry.ts";
import type { Root } from "./root.ts";
import type { SafePath } from "./safe-path.ts";

/** A regular file, open for reading; what is read is what was checked. */
export interface OpenFile extends AsyncDisposable {
  readonly place: Place;
  readonly stat: EntryStat;
  /** For a child's stdin and for `/proc/<pid>/fd`; owned by this object. */
  readonly fd: number;
  /** Up to `length` bytes from `position`; fewer at the end of the file. */
  read(position: number, length: number): Promise<Buffer>;
  close(): Promise<void>;
}

/** A directory, open. */
export interface OpenDirectory extends AsyncDisposable {
  readonly place: Place;
  readonly stat: EntryStat;
  readonly fd: number;
  /** Names and kinds, unsorted, links not followed. */
  entries(): Promise<DirectoryEntry[]>;
  /** A path that a child process of ours can use as its working directory while this is open. */
  readonly workingDirectory: string;
  close(): Promise<void>;
}

/** The only door to the disk. */
export interface Workspace {
  readonly roots: readonly Root[];
  /** By spelling only. Relative paths belong to the first root, `file://` URIs and other schemes are refused. */
  locate(path: string): SafePath;
  /** As answers show a place: relative to the first root, absolute below the others. */
  show(place: Place): string;
  /** Follows links inside the root by hand; throws `not_found`, `denied`, or `invalid_input` for what is no regular file. */
  openFile(path: SafePath, access: Access): Promise<OpenFile>;
  openDirectory(path: SafePath, access: Access): Promise<OpenDirectory>;
  /** Facts without opening; a link is described, and followed when `follow` is given. */
  stat(
    path: SafePath,
    access: Access,
    options?: { readonly follow?: boolean },
  ): Promise<EntryStat & { readonly place: Place; readonly target?: string }>;
  /** Where the path leads now, links followed; a missing tail keeps its spelling. For rules, before a call runs. */
  resolve(path: SafePath): Promise<Place>;
}
