import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as z from "zod";
import type { Flags } from "../../shared/config/layer.ts";
import { served, type Served } from "./served.ts";
import { temporary, type Ground } from "./workspace.ts";

const toldSchema = z.looseObject({
  hook_event_name: z.string(),
  tool_name: z.string().default(""),
  tool_input: z.looseObject({ file_path: z.string().optional(), path: z.string().optional() }).default({}),
});

/** What a hook was told on stdin. */
export type Told = z.output<typeof toldSchema>;

/** A group of one handler of a hook file. */
export interface HookGroup {
  readonly matcher?: string;
  readonly hooks: readonly Readonly<Record<string, unknown>>[];
}

export type HookFile = Readonly<Record<string, readonly HookGroup[] | boolean>>;

export interface HookedOptions {
  /** By path below the root. */
  readonly files?: Readonly<Record<string, string>>;
  /** What stands under `hooks` in the person's own file, the project's and the local one. */
  readonly home?: HookFile;
  readonly project?: HookFile;
  readonly local?: HookFile;
  readonly flags?: Flags;
}

/** Every server on a fresh project with hooks, and the log that `teller` writes. */
export interface Hooked extends Ground, Served {
  readonly configFolder: string;
  readonly stateFolder: string;
  /** Everything that hooks were told so far, by those that run `teller`, in the order of their ends. */
  told(): Promise<readonly Told[]>;
  put(path: string, text: string): Promise<void>;
  read(path: string): Promise<string>;
}

/** One command handler in a group of its own. */
export function on(
  matcher: string | undefined,
  command: string,
  more: Readonly<Record<string, unknown>> = {},
): HookGroup {
  return { ...(matcher === undefined ? {} : { matcher }), hooks: [{ type: "command", command, ...more }] };
}

/** A command that keeps what it is told in a file of its own beside the root, and then does `then`. */
export function teller(then = "true"): string {
  return `cat > "$(mktemp "$CLAUDE_PROJECT_DIR/../told-XXXXXX")"; ${then}`;
}

/** A command that prints an object. */
export function printing(output: Readonly<Record<string, unknown>>): string {
  return `cat > /dev/null; printf '%s' '${JSON.stringify(output).replaceAll("'", String.raw`'\''`)}'`;
}

/** PreToolUse's own output. */
export function deciding(permissionDecision: string, more: Readonly<Record<string, unknown>> = {}): string {
  return printing({ hookSpecificOutput: { hookEventName: "PreToolUse", permissionDecision, ...more } });
}

/** Opens everything as `plumbline serve all` would. */
export async function hooked({
  files = {},
  home,
  project,
  local,
  flags,
}: HookedOptions = {}): Promise<Hooked> {
  const ground = await temporary(files);
  const base = dirname(ground.root);
  const configFolder = join(base, "home/config");
  const put = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  };
  const putHooks = async (path: string, hooks: HookFile | undefined): Promise<void> => {
    if (hooks !== undefined) await put(path, JSON.stringify({ hooks }, null, 2));
  };
  await putHooks(join(configFolder, "hooks.json"), home);
  await putHooks(join(ground.root, ".plumbline/hooks.json"), project);
  await putHooks(join(ground.root, ".plumbline/hooks.local.json"), local);
  const open = await served(ground, flags);
  return {
    ...ground,
    ...open,
    configFolder,
    stateFolder: join(base, "home/state"),
    async told() {
      const names = (await readdir(base)).filter((name) => name.startsWith("told-"));
      const files = await Promise.all(
        names.map(async (name) => {
          const path = join(base, name);
          return { text: await readFile(path, "utf8"), at: (await stat(path)).mtimeMs };
        }),
      );
      return files.toSorted((a, b) => a.at - b.at).map(({ text }) => toldSchema.parse(JSON.parse(text)));
    },
    put: (path, text) => put(join(ground.root, path), text),
    read: (path) => readFile(join(ground.root, path), "utf8"),
    async [Symbol.asyncDispose]() {
      await open[Symbol.asyncDispose]();
      await ground[Symbol.asyncDispose]();
    },
  };
}
