import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Ground } from "./clients.ts";
import type { Package } from "./package.ts";
import { readFolder } from "./read-folder.ts";
import { runClient } from "./run-client.ts";

/** Vendors the crates as dependencies of a scratch project: nothing is built. Two that link one library fail together. */
export async function fromCrates(packages: readonly Package[], { scratch, unpack }: Ground): Promise<void> {
  const lines = packages.map(
    ({ name, version }, index) =>
      `d${index} = { package = ${JSON.stringify(name)}, version = ${JSON.stringify(`=${version}`)}, default-features = false }`,
  );
  const head = `[package]\nname = "scratch"\nversion = "0.0.0"\nedition = "2021"\n\n[dependencies]\n`;
  mkdirSync(join(scratch, "src"));
  writeFileSync(join(scratch, "src/lib.rs"), "");
  writeFileSync(join(scratch, "Cargo.toml"), `${head}${lines.join("\n")}\n`);
  const args = ["vendor", "--quiet", "--versioned-dirs", "vendor"];
  await runClient("cargo", args, { cwd: scratch, minutes: 10 });
  for (const wanted of packages) {
    unpack(wanted, readFolder(join(scratch, "vendor", `${wanted.name}-${wanted.version}`)));
  }
}
