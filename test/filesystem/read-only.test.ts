import { execFile } from "node:child_process";
import { chown, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { expect, test } from "vitest";

const NOBODY = 65_534;
const SOURCES = join(import.meta.dirname, "../..");

/** Calls tools as a user for whom modes count; in another process, since there is no way back from that. */
const PROGRAM = `
import { chmodSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import filesystem from ${JSON.stringify(join(SOURCES, "servers/filesystem/server.ts"))};
import { callable } from ${JSON.stringify(join(SOURCES, "test/support/call-tool.ts"))};
if (process.getuid() === 0) { process.setgid(${NOBODY}); process.setuid(${NOBODY}); }
const place = await callable(filesystem);
const path = join(place.dir, "a.txt");
writeFileSync(path, "one\\n");
chmodSync(path, 0o444);
const said = [];
const call = async (name, input) => {
  const { error, parts } = await place.call(name, input);
  said.push([name, error ?? "done", parts[0].text]);
};
await call("edit_file", { path: "a.txt", edits: [{ oldText: "one", newText: "two" }] });
await call("write_file", { path: "a.txt", content: "two\\n", overwrite: true });
await call("apply_patch", { patch: "--- a/a.txt\\n+++ b/a.txt\\n@@ -1 +1 @@\\n-one\\n+two\\n" });
const kept = readFileSync(path, "utf8");
await call("delete_path", { path: "a.txt" });
const [, change] = /change ([0-9a-f]{8})/.exec(said.at(-1)[2]);
await call("undo_change", { action: "revert", change });
const mode = (statSync(path).mode & 0o777).toString(8);
await place[Symbol.asyncDispose]();
process.stdout.write(JSON.stringify({ said, kept, mode }));
process.exit();
`;

test("a file that may not be written is not replaced, and can be deleted and brought back", async () => {
  const folder = await mkdtemp(join(tmpdir(), "plumb-read-only-"));
  try {
    const [source, outfile] = [join(folder, "program.ts"), join(folder, "program.mjs")];
    await writeFile(source, PROGRAM);
    const nodePaths = [join(SOURCES, "node_modules")];
    const options = { bundle: true, format: "esm", platform: "node", target: "node20", nodePaths } as const;
    await build({ entryPoints: [source], outfile, ...options, logLevel: "error" });
    if (process.getuid?.() === 0) await chown(folder, NOBODY, NOBODY);
    const { stdout } = await promisify(execFile)(process.execPath, [outfile], {
      env: { ...process.env, TMPDIR: folder },
    });
    const denied = expect.stringMatching(/^denied: a\.txt is read-only for us: it stays as it was\nhint: /);
    expect(JSON.parse(stdout)).toMatchObject({
      said: [
        ["edit_file", "denied", denied],
        ["write_file", "denied", denied],
        ["apply_patch", "denied", denied],
        ["delete_path", "done", expect.stringContaining("deleted a.txt")],
        ["undo_change", "done", expect.stringContaining("undid change")],
      ],
      kept: "one\n",
      mode: "444",
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
