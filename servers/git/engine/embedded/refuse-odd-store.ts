import { join } from "node:path";
import type { GitFiles } from "../../../../shared/git/git-files.ts";
import { settingOf, type Repository } from "../../../../shared/git/repository.ts";
import { allReferences } from "./references.ts";
import { needsGit } from "./needs-git.ts";

const KNOWN_EXTENSIONS =
  /^extensions\.(?:objectformat|refstorage|worktreeconfig|preciousobjects|noop|relativeworktrees)$/u;
const PROMISOR = /^remote\..*\.promisor$/su;
const INCLUDES = /^include(?:if\..*)?\.path$/su;

/**
 * Throws `unavailable` for ways to keep objects that isomorphic-git knows nothing of: it would see others than git, or
 * fewer.
 */
export async function refuseOddStore(files: GitFiles, repository: Repository): Promise<void> {
  const odd = formatOf(repository) ?? (await extrasOf(files, repository));
  if (odd !== undefined) throw needsGit(odd);
}

function formatOf(repository: Repository): string | undefined {
  const { settings, objectFormat, refFormat, trusted } = repository;
  const has = (pattern: RegExp): boolean => settings.some(({ key }) => pattern.test(key));
  if (objectFormat !== "sha1") return "a SHA-256 repository";
  if (refFormat !== "files") return "a repository that keeps its references as reftable";
  const odd = settings.find(({ key }) => key.startsWith("extensions.") && !KNOWN_EXTENSIONS.test(key));
  if (odd !== undefined) return `a repository with ${odd.key}`;
  if (Number(settingOf(repository, "core.repositoryformatversion") ?? 0) > 1)
    return "a repository of a later format";
  if (has(PROMISOR)) return "a partial clone";
  // only the program knows for which places they are included
  return trusted && has(INCLUDES)
    ? "a trusted repository whose configuration includes other files"
    : undefined;
}

async function extrasOf(files: GitFiles, repository: Repository): Promise<string | undefined> {
  const { commonDir } = repository;
  const borrowed = (await files.text(join(commonDir, "objects/info/alternates"))) ?? "";
  if (borrowed.trim() !== "") return "a repository that borrows objects from another one";
  if ((await files.kindOf(join(commonDir, "info/grafts"))) !== undefined) return "a grafted history";
  const names = [...(await allReferences(files, repository)).keys()];
  const isReplaced = names.some((name) => name.startsWith("refs/replace/"));
  return isReplaced ? "a history with replaced objects" : undefined;
}
