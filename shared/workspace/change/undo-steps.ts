import { isAtOrAbove, isFolderStep, pathsOf } from "./history.ts";
import { pathOfPlace } from "../path-of-place.ts";
import type { Step } from "./journal.ts";

/**
 * The steps at or below these absolute paths, with all that hangs together with them: a place is taken back whole, a
 * move at both its ends, and the folders that were made for it go too.
 */
export function stepsAt(steps: readonly Step[], paths: readonly string[]): Step[] {
  const doing = steps.filter((step) => !isFolderStep(step)).map(pathsOf);
  const touched = new Set(doing.flat().filter((path) => paths.some((each) => isAtOrAbove(each, path))));
  for (let size = -1; size < touched.size;) {
    size = touched.size;
    const joined = doing.filter((each) => each.some((path) => touched.has(path)));
    for (const path of joined.flat()) touched.add(path);
  }
  const isAbove = (folder: string): boolean => [...touched].some((path) => isAtOrAbove(folder, path));
  return steps.filter((step) =>
    isFolderStep(step) ? isAbove(pathOfPlace(step.place)) : pathsOf(step).some((path) => touched.has(path)),
  );
}
