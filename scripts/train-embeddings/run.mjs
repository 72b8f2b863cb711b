// Runs one step of the training program: node scripts/train-embeddings/run.mjs <step> [--option=value]
import { join } from "node:path";
import { runTypescript } from "../run-typescript.mjs";

// all pairs of the corpus are held at once
const options = ["--max-old-space-size=8000"];
process.exitCode = await runTypescript(join(import.meta.dirname, "main.ts"), process.argv.slice(2), {
  options,
});
