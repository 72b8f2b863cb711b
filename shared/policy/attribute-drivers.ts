import { join } from "node:path";
import { StartupError } from "../errors.ts";
import type { GitFolders } from "./git-folders.ts";
import type { StampedFiles } from "./stamped-files.ts";

const MAX_BYTES = 256 * 1024;
const MAX_NAMES = 50;

export interface AttributeDrivers {
  /** Such as `filter lfs`, each once; at most 50. */
  readonly drivers: readonly string[];
  /** What has to stay as it is: only git's own file of attributes, since the other comes with each commit. */
  readonly covered: readonly string[];
}

/** The filters, diff and merge drivers that `.gitattributes` at the top and `info/attributes` name. */
export function readAttributeDrivers(
  files: StampedFiles,
  { commonDir, workTree }: Pick<GitFolders, "commonDir" | "workTree">,
): AttributeDrivers {
  const own = files.bytes(join(commonDir, "info", "attributes"), MAX_BYTES)?.toString("latin1");
  const tree = workTree === undefined ? undefined : readOrNothing(files, join(workTree, ".gitattributes"));
  const lines = [own ?? "", tree ?? ""].join("\n").split(/\r?\n/u);
  const found = lines
    .filter((line) => !/^\s*#/u.test(line))
    .flatMap((line) => [...line.matchAll(/\s(filter|diff|merge)=(\S+)/gu)])
    .map(([, kind = "", name = ""]) => `${kind} ${Buffer.from(name, "latin1").toString("utf8")}`);
  return {
    drivers: [...new Set(found)].slice(0, MAX_NAMES),
    covered: [JSON.stringify(["info/attributes", own ?? "missing"])],
  };
}

/** One that cannot be read names nothing. */
function readOrNothing(files: StampedFiles, path: string): string | undefined {
  try {
    return files.bytes(path, MAX_BYTES)?.toString("latin1");
  } catch (error) {
    if (error instanceof StartupError) return undefined;
    throw error;
  }
}
