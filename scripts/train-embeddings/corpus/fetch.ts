// Bundled and run by itself: fetches the corpus into the folder that is named on the command line.
import { resolve } from "node:path";
import { fetchCorpus } from "./fetch-corpus.ts";
import { readManifest } from "./read-manifest.ts";

const [, , folder] = process.argv;
if (folder === undefined) {
  process.stderr.write("usage: fetch <folder>\n");
  process.exitCode = 2;
} else {
  await fetchCorpus(readManifest(), resolve(folder), (line) => process.stdout.write(`${line}\n`));
}
