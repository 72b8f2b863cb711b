import { execFile } from "node:child_process";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";

const SOURCE = `
import { Approvals, grantRule } from ${JSON.stringify(join(import.meta.dirname, "../../shared/policy/approvals.ts"))};
const [folder, action, id] = process.argv.slice(2);
const wanted = { decision: "allow", tool: "fixture.fixture_tool" };
if (action === "pid") process.stdout.write(String(process.pid));
if (action === "grant") await grantRule(folder, wanted);
if (action === "grant-once") await grantRule(folder, { ...wanted, once: true });
if (action === "grant-five") for (let count = 0; count < 5; count++) await grantRule(folder, wanted);
if (action === "take") process.stdout.write(String(await new Approvals(folder).take([id])));
`;

/** Builds a program that works on approvals as another process would; returns its path, in a folder of its own. */
export async function buildWorker(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "plumb-worker-"));
  const source = join(folder, "worker.ts");
  const outfile = join(folder, "worker.mjs");
  await writeFile(source, SOURCE);
  await build({
    entryPoints: [source],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    nodePaths: [join(import.meta.dirname, "../../node_modules")],
    logLevel: "error",
  });
  return outfile;
}

/** Runs it to its end; what it printed. */
export async function inProcess(worker: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [worker, ...args]);
  return stdout;
}
