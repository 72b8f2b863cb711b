import { execFileSync } from "node:child_process";

/** Tests use the built command and its workers, so they are built once before all of them. */
export default function setup(): void {
  execFileSync(process.execPath, ["scripts/build.mjs"], { stdio: "inherit" });
}
