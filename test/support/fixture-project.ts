import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A project on the disk with a state folder of its own beside it, both gone at the end of the test. */
export interface FixtureProject extends AsyncDisposable {
  readonly root: string;
  /** For child processes: keeps the test away from the developer's own configuration and state. */
  readonly env: Readonly<Record<string, string>>;
}

/** Makes a project of these files, by relative path. */
export async function fixtureProject(files: Readonly<Record<string, string>> = {}): Promise<FixtureProject> {
  const folder = await mkdtemp(join(tmpdir(), "plumbline-test-"));
  const root = join(folder, "project");
  await mkdir(root);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  const home = join(folder, "home");
  await mkdir(home);
  return {
    root,
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: home,
      PLUMBLINE_CONFIG_DIR: join(folder, "config"),
      PLUMBLINE_STATE_DIR: join(folder, "state"),
      PLUMBLINE_CACHE_DIR: join(folder, "cache"),
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
