import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";

/** Says why this process can mount nothing. */
export function whyNoMounts(): string | undefined {
  if (process.platform !== "linux") return "mounts are made on Linux only here";
  if (process.getuid?.() !== 0) return "only root mounts";
  try {
    execFileSync("mount", ["--version"], { stdio: "ignore" });
    return undefined;
  } catch {
    return "there is no mount command";
  }
}

/** A file system at a folder, which is made; unmounted at the end. */
export function mount(folder: string, args: readonly string[]): Disposable {
  mkdirSync(folder, { recursive: true });
  execFileSync("mount", [...args, folder], { stdio: ["ignore", "ignore", "pipe"] });
  return { [Symbol.dispose]: () => void execFileSync("umount", ["-l", folder]) };
}

/** A file system in memory of so many KiB. */
export function small(folder: string, kib: number): Disposable {
  return mount(folder, ["-t", "tmpfs", "-o", `size=${kib}k`, "tmpfs"]);
}
