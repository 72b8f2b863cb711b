import { escapeForPerson } from "../shared/escape-for-person.ts";
import type { LoadedHandler } from "./handler.ts";

/** A handler as people find it: `.plumbline/hooks.json:12`, or the whole path of a home file. */
export function labelOf({ handler, source: { file, root } }: LoadedHandler): string {
  const inRoot = root !== undefined && file.startsWith(`${root}/`);
  const shown = inRoot ? file.slice(root.length + 1) : file;
  return escapeForPerson(`${shown}:${handler.line}`);
}
