import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Access, Intent, Place } from "../../shared/access.ts";
import { Scope } from "../../shared/scope.ts";
import type { ContainmentKind } from "../../shared/workspace/contain.ts";
import { openWorkspace } from "../../shared/workspace/open-workspace.ts";
import type { Workspace } from "../../shared/workspace/workspace.ts";

/** A directory with an inside, which is the root, and an outside that nothing may reach. Removed at the end. */
export interface Ground extends AsyncDisposable {
  readonly root: string;
  readonly outside: string;
  readonly scope: Scope;
}

/** What a file outside holds; no answer may ever contain it. */
export const SECRET = "SECRET-FROM-OUTSIDE";

/** Makes `root/` with the given files (a name that ends in `/` is a directory), and `outside/` with secrets. */
export async function temporary(files: Readonly<Record<string, string>> = {}): Promise<Ground> {
  const scope = new Scope();
  const base = await realpath(await mkdtemp(join(tmpdir(), "plumb-")));
  scope.defer(() => rm(base, { recursive: true, force: true }));
  const root = join(base, "root");
  const outside = join(base, "outside");
  await write(root, files);
  await write(outside, {
    "secret.txt": SECRET,
    "SECRET-NAME": SECRET,
    "deep/secret.txt": SECRET,
    "deep/SECRET-NAME": SECRET,
  });
  return { root, outside, scope, [Symbol.asyncDispose]: () => scope.close() };
}

async function write(root: string, files: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(root, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    const path = join(root, name);
    await mkdir(name.endsWith("/") ? path : dirname(path), { recursive: true });
    if (!name.endsWith("/")) await writeFile(path, text);
  }
}

/** An open workspace on a fresh root. */
export interface OpenedWorkspace extends Ground {
  readonly workspace: Workspace;
}

/** A workspace on a fresh root with these files. */
export async function opened(
  files: Readonly<Record<string, string>> = {},
  containment?: ContainmentKind,
): Promise<OpenedWorkspace> {
  const place = await temporary(files);
  const changes = {
    stateFolder: join(place.root, "../state"),
    fsync: false,
    keeping: { days: 30, maxBytes: 2 ** 30 },
  };
  const options = { scope: place.scope, changes, ...(containment === undefined ? {} : { containment }) };
  return { ...place, workspace: await openWorkspace([place.root], options) };
}

/** A permission that allows everything and notes what it was asked. */
export function permissive(signal = new AbortController().signal): Access & { asked: [Place, Intent][] } {
  const asked: [Place, Intent][] = [];
  return { signal, asked, permit: (place, intent) => void asked.push([place, intent]) };
}
