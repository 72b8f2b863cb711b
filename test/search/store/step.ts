import { packFile } from "../../../servers/search/store/pack-file.ts";
import type { IndexWriter, NewFile, SkipReason } from "../../../servers/search/store/shapes.ts";

/** One change of an index. */
export type Step =
  | { readonly kind: "put"; readonly files: readonly NewFile[] }
  | { readonly kind: "skip"; readonly path: string; readonly why: SkipReason }
  | { readonly kind: "remove"; readonly paths: readonly string[] };

export function apply(writer: IndexWriter, done: Step): void {
  if (done.kind === "put") writer.put(done.files.map(packFile));
  if (done.kind === "skip") writer.skip([{ path: done.path, stamp: {}, why: done.why }]);
  if (done.kind === "remove") writer.remove(done.paths);
}
