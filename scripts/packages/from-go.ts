import * as z from "zod";
import type { Ground } from "./clients.ts";
import type { Package } from "./package.ts";
import { readFolder } from "./read-folder.ts";
import { runClient } from "./run-client.ts";

const Downloaded = z.object({ Dir: z.string() });

/** Downloads modules into a module cache in `scratch`, writable so that it can be removed, and never another Go. */
export async function fromGo(packages: readonly Package[], { scratch, unpack }: Ground): Promise<void> {
  const env = { GOMODCACHE: scratch, GOFLAGS: "-modcacherw", GOTOOLCHAIN: "local" };
  for (const wanted of packages) {
    const args = ["mod", "download", "-json", `${wanted.name}@${wanted.version}`];
    const printed = await runClient("go", args, { cwd: scratch, env });
    unpack(wanted, readFolder(Downloaded.parse(JSON.parse(printed.toString("utf8"))).Dir));
  }
}
