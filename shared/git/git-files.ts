import { join } from "node:path";
import type { Access } from "../access.ts";
import { ToolError } from "../errors.ts";
import type { DirectoryEntry, EntryKind, EntryStat } from "../workspace/entry.ts";
import type { Looks } from "./looks.ts";
import type { SafePath } from "../workspace/safe-path.ts";
import type { Workspace } from "../workspace/workspace.ts";

const MAX_BYTES = 1024 * 1024;

/** Git's own files, which no rule about paths hides from us; what leads outside the roots stays closed. */
export class GitFiles {
  readonly workspace: Workspace;
  readonly #access: Access;
  readonly #looks: Looks | undefined;

  /** `looks`: where to note which places an answer rests on. */
  constructor(workspace: Workspace, signal: AbortSignal, looks?: Looks) {
    this.workspace = workspace;
    this.#looks = looks;
    this.#access = { signal, permit: () => undefined };
  }

  /** Undefined when there is no file. Throws `too_large` over `most` bytes, `denied` for what leads outside. */
  async text(path: string, most = MAX_BYTES): Promise<string | undefined> {
    return (await this.bytes(path, most))?.toString("utf8");
  }

  /** As `text`. */
  async bytes(path: string, most = MAX_BYTES): Promise<Buffer | undefined> {
    return await this.#unlessMissing(async () => {
      await using file = await this.workspace.openFile(this.#locate(path), this.#access);
      if (file.stat.size > most)
        throw new ToolError("too_large", `${file.place.relative} is larger than ${most} bytes`, {
          hint: "A file of git's own is that large only when something is wrong with it.",
        });
      return await file.read(0, file.stat.size);
    });
  }

  /** Names and kinds; undefined when there is no directory. */
  async entries(path: string): Promise<DirectoryEntry[] | undefined> {
    return await this.#unlessMissing(async () => {
      await using directory = await this.workspace.openDirectory(this.#locate(path), this.#access);
      return await directory.entries();
    });
  }

  /** Links not followed in the last place; undefined when nothing is there. */
  async kindOf(path: string): Promise<EntryKind | undefined> {
    return (await this.stat(path))?.kind;
  }

  /** As `kindOf`. */
  stat(path: string): Promise<EntryStat | undefined> {
    return this.#unlessMissing(() => this.workspace.stat(this.#locate(path), this.#access));
  }

  /** Absolute, links followed. Throws `denied` for what leads outside the roots. */
  resolve(path: string): string {
    const { root, relative } = this.workspace.resolve(this.#locate(path));
    return relative === "" ? root : join(root, relative);
  }

  #locate(path: string): SafePath {
    this.#looks?.keep(path);
    return this.workspace.locate(path);
  }

  async #unlessMissing<T>(step: () => Promise<T>): Promise<T | undefined> {
    try {
      return await step();
    } catch (error) {
      if (error instanceof ToolError && error.code === "not_found") return undefined;
      throw error;
    }
  }
}
