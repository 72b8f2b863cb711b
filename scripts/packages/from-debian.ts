import { readdirSync } from "node:fs";
import type { Ground } from "./clients.ts";
import type { Package } from "./package.ts";
import { readTar } from "./read-tar.ts";
import { runClient } from "./run-client.ts";

/** Downloads binary packages, which hold the sources of what is not compiled: Ruby, PHP, Python, Bash. Nothing is installed. */
export async function fromDebian(packages: readonly Package[], { scratch, unpack }: Ground): Promise<void> {
  const options = ["--quiet", "-o", "APT::Sandbox::User=root"];
  for (const wanted of packages) {
    await runClient("apt-get", [...options, "download", `${wanted.name}=${wanted.version}`], {
      cwd: scratch,
    });
    const archive = readdirSync(scratch).find((found) => found.endsWith(".deb"));
    if (archive === undefined) throw new Error("apt-get downloaded no package");
    const tar = await runClient("dpkg-deb", ["--fsys-tarfile", archive], { cwd: scratch });
    unpack(wanted, readTar(tar));
  }
}
