import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Ground } from "./clients.ts";
import type { Package } from "./package.ts";
import { readFolder } from "./read-folder.ts";
import { runClient } from "./run-client.ts";

/** Where the machine says which archives it uses. */
const MACHINE = "/etc/apt/sources.list.d";

/** Downloads source packages and unpacks them as upstream wrote them, without Debian's patches. */
export async function fromDebianSource(
  packages: readonly Package[],
  { scratch, kept, unpack }: Ground,
): Promise<void> {
  const options = await prepareLists(join(kept, "debian"));
  for (const wanted of packages) {
    const args = [...options, "source", "--download-only", `${wanted.name}=${wanted.version}`];
    await runClient("apt-get", args, { cwd: scratch });
    const described = readdirSync(scratch).find((name) => name.endsWith(".dsc"));
    if (described === undefined) throw new Error("apt-get downloaded no sources");
    await runClient("dpkg-source", ["--no-check", "--skip-patches", "-x", described, "unpacked"], {
      cwd: scratch,
    });
    unpack(wanted, readFolder(join(scratch, "unpacked")));
  }
}

/** The machine's own archives, asked for sources: lists of our own, so that its configuration stays as it is. */
async function prepareLists(folder: string): Promise<string[]> {
  const parts = join(folder, "parts");
  const lists = join(folder, "lists");
  const options = [
    ["Dir::Etc::sourcelist", "/dev/null"],
    ["Dir::Etc::sourceparts", parts],
    ["Dir::State::lists", lists],
    ["Dir::Cache", folder],
    ["APT::Sandbox::User", "root"],
  ].flatMap(([key, value]) => ["-o", `${key}=${value}`]);
  if (existsSync(join(folder, "ready"))) return ["--quiet", ...options];

  for (const made of [parts, join(lists, "partial")]) mkdirSync(made, { recursive: true });
  for (const name of readdirSync(MACHINE).filter((found) => found.endsWith(".sources"))) {
    const text = readFileSync(join(MACHINE, name), "utf8");
    writeFileSync(join(parts, name), text.replaceAll(/^Types:.*$/gmu, "Types: deb-src"));
  }
  await runClient("apt-get", ["--quiet", ...options, "update"], { cwd: folder });
  writeFileSync(join(folder, "ready"), "");
  return ["--quiet", ...options];
}
