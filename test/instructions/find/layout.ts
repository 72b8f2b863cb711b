import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { findSources, type Chain, type FindAbout } from "../../../instructions/find/find-sources.ts";
import { ProjectFiles, type PersonalPlaces } from "../../../instructions/find/instruction-files.ts";
import { Scope } from "../../../shared/scope.ts";
import type { ContainmentKind } from "../../../shared/workspace/contain.ts";
import { openWorkspace } from "../../../shared/workspace/open-workspace.ts";
import type { Workspace } from "../../../shared/workspace/workspace.ts";

/** A text, or a link (`-> target`), a `FIFO`; a name that ends in `/` is a directory. */
export type Files = Readonly<Record<string, string | Buffer>>;

export interface Layout extends AsyncDisposable {
  readonly base: string;
  readonly workspace: Workspace;
  readonly places: PersonalPlaces;
  readonly files: ProjectFiles;
  /** An absolute path below the base. */
  at(name: string): string;
  write(files: Files): Promise<void>;
  find(target: string, options?: Partial<FindAbout>): Promise<Chain>;
}

export interface LayoutOptions {
  /** Below the base; `root` when left out. */
  readonly roots?: readonly string[];
  readonly containment?: ContainmentKind;
}

/** Folders `root`, `home`, `config`, `etc/claude-code` and `etc/plumbline` below a fresh base, removed at the end. */
export async function layout(files: Files, options: LayoutOptions = {}): Promise<Layout> {
  const { roots = ["root"], containment } = options;
  const scope = new Scope();
  const base = await realpath(await mkdtemp(join(tmpdir(), "plumb-find-")));
  scope.defer(() => rm(base, { recursive: true, force: true }));
  const at = (name: string): string => join(base, name);
  const write = (more: Files): Promise<void> => writeAll(base, more);
  await write({ "root/": "", ...files });
  const workspace = await openWorkspace(roots.map(at), {
    scope,
    ...(containment === undefined ? {} : { containment }),
  });
  const places = {
    home: at("home"),
    config: at("config"),
    managed: { claude: at("etc/claude-code"), own: at("etc/plumbline") },
  };
  const projectFiles = new ProjectFiles({ workspace, places });
  return {
    base,
    workspace,
    places,
    files: projectFiles,
    at,
    write,
    find: (target, more) =>
      findSources({
        target,
        workspace,
        places,
        families: ["agents", "claude", "cursor"],
        files: projectFiles,
        ...more,
      }),
    [Symbol.asyncDispose]: () => scope.close(),
  };
}

async function writeAll(base: string, files: Files): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const path = join(base, name);
    await mkdir(name.endsWith("/") ? path : dirname(path), { recursive: true });
    if (name.endsWith("/")) continue;
    if (content === "FIFO") execFileSync("mkfifo", [path]);
    else if (typeof content === "string" && content.startsWith("-> ")) {
      await symlink(content.slice(3).replace("BASE", base), path);
    } else await writeFile(path, content);
  }
}

/** `scope role path` of each source, in order. */
export function told({ sources }: Pick<Chain, "sources">): string[] {
  return sources.map(({ scope, role, shown }) => `${scope} ${role} ${shown}`);
}

/** `code path: message` of each problem. */
export function problemsOf({ problems }: Pick<Chain, "problems">): string[] {
  return problems.map(({ code, path, message }) => `${code} ${path}: ${message}`);
}
