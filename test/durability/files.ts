import { lstatSync, readFileSync, readlinkSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** All files below a folder with their contents, and folders with nothing in them; without `.plumbline`. */
export function filesOf(root: string): Record<string, string> {
  const found: Record<string, string> = {};
  const walk = (relative: string): void => {
    const names = readdirSync(join(root, relative)).filter((name) => name !== ".plumbline");
    if (names.length === 0 && relative !== "") found[`${relative}/`] = "";
    for (const name of names) {
      const path = relative === "" ? name : `${relative}/${name}`;
      const stats = lstatSync(join(root, path));
      if (stats.isDirectory()) walk(path);
      else if (stats.isSymbolicLink()) found[path] = `-> ${readlinkSync(join(root, path))}`;
      else found[path] = readFileSync(join(root, path), "utf8");
    }
  };
  walk("");
  return found;
}

/** What lies in the trash of a root: old versions that are kept, and new ones that wait. */
export function trashOf(root: string): { readonly old: string[]; readonly new: string[] } {
  let names: string[] = [];
  try {
    names = readdirSync(join(root, ".plumbline/trash"));
  } catch {
    // there is none yet
  }
  return {
    old: names.filter((name) => name.endsWith(".old")),
    new: names.filter((name) => name.endsWith(".new")),
  };
}
