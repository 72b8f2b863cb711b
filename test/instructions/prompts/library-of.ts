import { dirname, join } from "node:path";
import { mkdir, writeFile } from "node:fs/promises";
import { ProjectFiles } from "../../../instructions/find/instruction-files.ts";
import { completePath } from "../../../instructions/prompts/complete-path.ts";
import { PromptLibrary } from "../../../instructions/prompts/library.ts";
import { Templates } from "../../../instructions/template/templates.ts";
import { opened, type OpenedWorkspace } from "../../support/workspace.ts";

export interface Library extends AsyncDisposable {
  readonly library: PromptLibrary;
  readonly ground: OpenedWorkspace;
  readonly config: string;
  /** Writes one of the project's prompts. */
  write(name: string, text: string): Promise<void>;
  /** Writes one of the person's own. */
  writeOwn(name: string, text: string): Promise<void>;
  fill(name: string, given?: Readonly<Record<string, string>>): Promise<string>;
  /** `code path:line`, sorted. */
  told(): Promise<string[]>;
  /** Names of what is not built in. */
  names(): Promise<string[]>;
}

/** The library on real files: those of the project are given by their name below `.plumbline/prompts`. */
export async function libraryOf(prompts: Readonly<Record<string, string>> = {}): Promise<Library> {
  const ground = await opened({ "src/main.ts": "", "src/more/a.ts": "", ".hidden": "", "README.md": "" });
  const home = join(ground.root, "../home");
  const config = join(home, ".config/plumbline");
  const templates = new Templates();
  ground.scope.defer(() => templates.close());
  const { workspace } = ground;
  const library = new PromptLibrary({
    roots: [ground.root],
    configFolder: config,
    home,
    files: new ProjectFiles({ workspace, places: { home, config } }),
    templates,
    completePath: (typed, signal) => completePath(workspace, typed, signal),
  });
  ground.scope.defer(() => library.close());
  const write = async (folder: string, name: string, text: string): Promise<void> => {
    const file = join(folder, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  };
  const project = join(ground.root, ".plumbline/prompts");
  for (const [name, text] of Object.entries(prompts)) await write(project, name, text);
  return {
    library,
    ground,
    config,
    write: (name, text) => write(project, name, text),
    writeOwn: (name, text) => write(join(config, "prompts"), name, text),
    fill: async (name, given = {}) => (await library.fill(name, given, new AbortController().signal)).text,
    async told() {
      const { problems } = await library.read();
      return problems
        .map(({ code, path, line }) => `${code} ${path}${line === undefined ? "" : `:${line}`}`)
        .sort();
    },
    async names() {
      const { prompts: all } = await library.read();
      return all.filter(({ from }) => from !== "builtin").map(({ name }) => name);
    },
    [Symbol.asyncDispose]: () => ground.scope.close(),
  };
}
