import { parentPort } from "node:worker_threads";
import { ToolError } from "../errors.ts";
import type { ContainmentKind } from "./contain.ts";
import { worded } from "./contain-errors.ts";
import { WalkDirectory } from "./walk-directory.ts";
import type { WalkRequest, WalkResult } from "./walk-request.ts";
import { packResult, type PackedResult } from "./walk-pack.ts";
import { walkTree } from "./walk-tree.ts";

/** What the worker is asked. Both paths lead to directories that the asker holds open until the answer. */
export interface WalkJob {
  readonly containment: ContainmentKind;
  readonly root: string;
  readonly base: string;
  readonly parts: readonly string[];
  readonly shown: string;
  readonly request: WalkRequest;
}

/** What it answers; errors lose their class on the way. */
export type WalkReply =
  | { readonly result: PackedResult }
  | {
      readonly refused: Pick<ToolError, "code" | "message" | "hint">;
    }
  | { readonly failed: string };

parentPort?.on("message", (job: WalkJob) => parentPort?.postMessage(answer(job), []));

function answer(job: WalkJob): WalkReply {
  try {
    return { result: packResult(walk(job)) };
  } catch (error) {
    const known = worded(job.shown, error);
    if (known instanceof ToolError)
      return { refused: { code: known.code, message: known.message, hint: known.hint } };
    return { failed: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

function walk({ containment, root, base, parts, request }: WalkJob): WalkResult {
  const top = WalkDirectory.open(root, containment);
  try {
    const start = WalkDirectory.open(base, containment);
    try {
      return walkTree({ root: top, base: start, parts }, request);
    } finally {
      start.close();
    }
  } finally {
    top.close();
  }
}
