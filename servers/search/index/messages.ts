import type { FileRole, FileStamp, SkipReason } from "../store/shapes.ts";

/** A file for the worker to parse and write. */
export interface FileToWrite {
  readonly path: string;
  readonly text: string;
  readonly stamp: FileStamp;
  readonly role: FileRole;
  /** It killed a worker or took too long: no parser looks at it again. */
  readonly plain: boolean;
}

export interface FileToSkip {
  readonly path: string;
  readonly stamp: Partial<FileStamp>;
  readonly why: SkipReason;
}

/** What belongs together: written in one transaction after all of it was parsed. */
export interface Batch {
  readonly files: readonly FileToWrite[];
  readonly skips: readonly FileToSkip[];
  readonly gone: readonly string[];
  /** Contents as before, another time. */
  readonly touched: readonly { readonly path: string; readonly stamp: FileStamp }[];
  readonly meta: readonly (readonly [key: string, value: string])[];
}

/** Files as the list has them, to be compared with what the index knows. */
export interface Listed {
  readonly path: string;
  /** Of what the disk holds, where git told it. */
  readonly id?: string;
  readonly isSecret: boolean;
}

/** What the index knows of a file that may have changed: unknown ones are new. */
export interface Suspect {
  readonly path: string;
  readonly known?: { readonly size: number; readonly mtimeNs: string; readonly hash: string };
}

export type Task =
  | { readonly kind: "open"; readonly folder: string; readonly withTable: boolean }
  /** Those of these files that may have changed. A comparison ends with `forget`. */
  | { readonly kind: "compare"; readonly files: readonly Listed[] }
  /** Removes files that the comparison did not name. */
  | { readonly kind: "forget" }
  /** `careful`: after a death, one file after the other, and each is told before it is begun. */
  | { readonly kind: "write"; readonly batch: Batch; readonly careful?: boolean }
  | { readonly kind: "publish" };

export type TaskKind = Task["kind"];

export interface Results {
  open: { readonly isFresh: boolean; readonly isEmpty: boolean; readonly problems: readonly string[] };
  compare: { readonly suspects: readonly Suspect[] };
  forget: { readonly removed: number };
  write: { readonly notes: readonly string[] };
  publish: Record<string, never>;
}

export interface ToWorker {
  readonly id: number;
  readonly task: Task;
}

/** `at`: it makes files, and goes on. With a path that file is begun, alone: what the worker dies over then is this one. */
export type FromWorker =
  | { readonly kind: "at"; readonly path?: string }
  | {
      readonly kind: "done";
      readonly id: number;
      readonly result: Results[TaskKind];
      /** Of memory in use, in MiB. */
      readonly megabytes: number;
      /** The index broke; it has to be opened and compared anew. */
      readonly lost: boolean;
    }
  | {
      readonly kind: "failed";
      readonly id: number;
      readonly code: string;
      readonly message: string;
      readonly hint: string | undefined;
    };
