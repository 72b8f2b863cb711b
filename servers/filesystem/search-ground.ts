import type { Place } from "../../shared/access.ts";
import { ToolError } from "../../shared/errors.ts";
import type { RipgrepRequest } from "../../shared/workspace/ripgrep.ts";
import { isInRepository } from "../../shared/workspace/in-repository.ts";
import type { OpenFile } from "../../shared/workspace/workspace.ts";
import type { FilesystemContext } from "./deps.ts";
import { openDirectory, openFile, withHelp } from "./open.ts";

/** What ripgrep is given for one run. */
interface Opened extends AsyncDisposable {
  readonly where: RipgrepRequest["where"];
}

/** Where a search looks: a directory or one file, open. */
export interface SearchGround extends AsyncDisposable {
  /** For each run anew: a descriptor that was read to its end stays there. */
  open(): Promise<Opened>;
  readonly inRepository: boolean;
  /** As answers call it. */
  readonly shown: string;
  /** A found path as answers show it. */
  show(path: string): string;
  /** False for what policy does not let this call read: such a file is left out before anything of it counts. */
  mayRead(path: string): boolean;
  /** Runs a step on the file that stands at a found path now; undefined when it cannot be read any more. */
  withFile<T>(path: string, step: (file: OpenFile) => Promise<T>): Promise<T | undefined>;
}

/** Opens what is to be searched. Throws as `openFile` and `openDirectory` do. */
export async function openGround(path: string, context: FilesystemContext): Promise<SearchGround> {
  const { workspace, access } = context;
  const located = workspace.locate(path);
  const { kind } = await withHelp(located, context, () => workspace.stat(located, access, { follow: true }));
  return kind === "directory" ? await directoryGround(path, context) : await fileGround(path, context);
}

async function fileGround(path: string, context: FilesystemContext): Promise<SearchGround> {
  const file = await openFile(path, context);
  const shown = context.workspace.show(file.place);
  return {
    async open() {
      const fresh = await openFile(path, context);
      return { where: { file: fresh.fd }, [Symbol.asyncDispose]: () => fresh.close() };
    },
    inRepository: false,
    shown,
    show: () => shown,
    mayRead: () => true,
    withFile: (_path, step) => step(file),
    [Symbol.asyncDispose]: () => file.close(),
  };
}

async function directoryGround(path: string, context: FilesystemContext): Promise<SearchGround> {
  const { workspace, access } = context;
  const { root } = workspace.locate(path);
  const directory = await openDirectory(path, context);
  const { place } = directory;
  const start = place.relative === "" ? "" : `${place.relative}/`;
  const placeOf = (found: string): Place => ({ root: place.root, relative: start + found });
  return {
    open: async () => ({
      where: { directory: directory.workingDirectory },
      [Symbol.asyncDispose]: async () => {},
    }),
    inRepository: await isInRepository(place, context),
    shown: workspace.show(place),
    show: (found) => workspace.show(placeOf(found)),
    mayRead: (found) => !isRefused(() => access.permit(placeOf(found), "read")),
    async withFile(found, step) {
      let file: OpenFile;
      try {
        // Names may look like something else at the start of a path.
        file = await workspace.openFile(root.locate(`./${start}${found}`), access);
      } catch (error) {
        if (error instanceof ToolError) return undefined;
        throw error;
      }
      try {
        return await step(file);
      } finally {
        await file.close();
      }
    },
    [Symbol.asyncDispose]: () => directory.close(),
  };
}

function isRefused(ask: () => void): boolean {
  try {
    ask();
    return false;
  } catch (error) {
    if (error instanceof ToolError) return true;
    throw error;
  }
}
