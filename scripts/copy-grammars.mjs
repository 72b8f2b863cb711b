import { copyFile, mkdir, rename, stat, utimes } from "node:fs/promises";
import { join } from "node:path";

const packages = new URL("../node_modules/", import.meta.url).pathname;
/** Of grammars whose package brings another's work without its licence. */
const licences = new URL("licences/", import.meta.url).pathname;

/** What the index's parser loads: a name for the copy, the package, the file in it, and its licence if not the package's. */
const grammars = {
  typescript: ["tree-sitter-typescript", "tree-sitter-typescript.wasm"],
  tsx: ["tree-sitter-typescript", "tree-sitter-tsx.wasm"],
  javascript: ["tree-sitter-javascript", "tree-sitter-javascript.wasm"],
  python: ["tree-sitter-python", "tree-sitter-python.wasm"],
  rust: ["tree-sitter-rust", "tree-sitter-rust.wasm"],
  go: ["tree-sitter-go", "tree-sitter-go.wasm"],
  java: ["tree-sitter-java", "tree-sitter-java.wasm"],
  c: ["tree-sitter-c", "tree-sitter-c.wasm"],
  cpp: ["tree-sitter-cpp", "tree-sitter-cpp.wasm"],
  csharp: ["tree-sitter-c-sharp", "tree-sitter-c_sharp.wasm"],
  ruby: ["tree-sitter-ruby", "tree-sitter-ruby.wasm"],
  php: ["tree-sitter-php", "tree-sitter-php.wasm"],
  bash: ["tree-sitter-bash", "tree-sitter-bash.wasm"],
  scala: ["tree-sitter-scala", "tree-sitter-scala.wasm"],
  kotlin: ["@tree-sitter-grammars/tree-sitter-kotlin", "tree-sitter-kotlin.wasm"],
  swift: ["@repomix/tree-sitter-wasms", "out/tree-sitter-swift.wasm", "tree-sitter-swift.txt"],
  "web-tree-sitter": ["web-tree-sitter", "web-tree-sitter.wasm"],
};

/** Copies each grammar that is missing or differs, with its licence, so that the package needs none of theirs. */
export async function copyGrammars(folder) {
  await mkdir(folder, { recursive: true });
  const copies = Object.entries(grammars).flatMap(([name, [from, file, licence]]) => [
    copy(join(packages, from, file), join(folder, `${name}.wasm`)),
    copy(
      licence === undefined ? join(packages, from, "LICENSE") : join(licences, licence),
      join(folder, `${name}.LICENSE`),
    ),
  ]);
  await Promise.all(copies);
}

async function copy(from, to) {
  const [source, target] = await Promise.all([stat(from), stat(to).catch(() => undefined)]);
  if (target?.size === source.size && Math.abs(target.mtimeMs - source.mtimeMs) < 1_000) return;
  const made = `${to}.${process.pid}`;
  await copyFile(from, made);
  await utimes(made, source.atime, source.mtime);
  await rename(made, to);
}
