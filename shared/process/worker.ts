/** The workers' files, by name. */
export type WorkerName =
  | "walk-worker"
  | "run-worker"
  | "template-worker"
  | "diff-worker"
  | "gguf-worker"
  | "index-worker"
  | "make-worker";

/** Where the build put a worker's file. Node 20 cannot run TypeScript, so sources under test use the built one too. */
export function workerFile(name: WorkerName): URL {
  const fromSource = import.meta.url.endsWith(".ts");
  return new URL(fromSource ? `../../dist/${name}.js` : `./${name}.js`, import.meta.url);
}
