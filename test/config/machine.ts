import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { resolveSettings, type Settings, type SettingsInput } from "../../shared/config/settings.ts";
import type { Places } from "../../shared/config/places.ts";

/** A machine of its own in a temporary folder: a home, the three places, a project. */
export interface Machine extends AsyncDisposable {
  readonly folder: string;
  readonly project: string;
  readonly places: Places;
  /** Writes a file, with its folders; text as it is, anything else as JSON. */
  write(path: string, content: unknown): Promise<string>;
  settings(input?: Partial<SettingsInput>): Promise<Settings>;
}

export async function machine(): Promise<Machine> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "plumbline-config-")));
  const home = join(folder, "home");
  const project = join(home, "project");
  const places = {
    home,
    config: join(home, "config"),
    state: join(home, "state"),
    cache: join(home, "cache"),
  };
  await mkdir(join(project, ".git"), { recursive: true });
  return {
    folder,
    project,
    places,
    async write(path, content) {
      const file = join(folder, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, typeof content === "string" ? content : JSON.stringify(content));
      return file;
    },
    settings: (input = {}) => resolveSettings({ flags: {}, env: {}, cwd: project, places, ...input }),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
