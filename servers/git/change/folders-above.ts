/** The folders between the top and a path, both left out, the nearest first. `path` may be any that a tree or an index holds. */
export function foldersAbove(path: string): string[] {
  const parts = path.split("/");
  return parts.slice(1).map((_, index) => parts.slice(0, parts.length - 1 - index).join("/"));
}
