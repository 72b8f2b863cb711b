import { rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { filteredPaths } from "../../servers/git/change/filters.ts";
import { mayBeFiltered } from "../../servers/git/change/may-be-filtered.ts";
import { Git } from "../../shared/git/git.ts";
import { RepositoryTrust } from "../../shared/policy/repository-trust.ts";
import { repository, type Files, type Repository } from "../support/repository.ts";
import { opened } from "../support/workspace.ts";

const { signal } = new AbortController();

interface Asked extends AsyncDisposable {
  readonly repo: Repository;
  filtered(...paths: string[]): Promise<string[]>;
  may(...paths: string[]): Promise<boolean>;
}

async function asked(files: Files): Promise<Asked> {
  const ground = await opened();
  const repo = await repository(ground);
  await repo.commit("first", files);
  const home = join(ground.root, "../home");
  const trust = new RepositoryTrust(join(home, "state"));
  const git = new Git({
    workspace: ground.workspace,
    trust,
    home,
    stateFolder: join(home, "state"),
    scope: ground.scope,
  });
  return {
    repo,
    filtered: async (...paths) => filteredPaths({ git, signal }, await git.open(".", signal), paths),
    may: async (...paths) => mayBeFiltered({ git, signal }, await git.open(".", signal), paths),
    [Symbol.asyncDispose]: () => ground.scope.close(),
  };
}

test("paths with a filter are found wherever the attribute is said", async () => {
  await using at = await asked({
    "a.bin": "1",
    "deep/down/b.bin": "2",
    "c.txt": "3",
    "deep/.gitattributes": "*.bin filter=x\n",
  });
  expect(await at.filtered("a.bin", "deep/down/b.bin", "c.txt")).toEqual(["deep/down/b.bin"]);
  await at.repo.write({ ".git/info/attributes": "a.* filter=y\n*.txt -filter\n" });
  expect(await at.filtered("a.bin", "c.txt")).toEqual(["a.bin"]);
  expect(await at.filtered()).toEqual([]);
});

test("git is not asked where no attributes speak of filters", async () => {
  await using at = await asked({
    "a.bin": "1",
    ".gitattributes": "* text=auto\n",
    "other/.gitattributes": "* filter=x\n",
  });
  expect([await at.may("a.bin"), await at.may("sub/b"), await at.may("other/b")]).toEqual([
    false,
    false,
    true,
  ]);
});

test("attributes that only the index has count, as they do for git", async () => {
  await using at = await asked({ "dir/a.bin": "1", "dir/.gitattributes": "*.bin filter=x\n" });
  await rm(join(at.repo.root, "dir/.gitattributes"));
  expect(await at.filtered("dir/a.bin")).toEqual(["dir/a.bin"]);
  await at.repo.git("update-index", "--index-version", "4");
  expect(await at.filtered("dir/a.bin")).toEqual(["dir/a.bin"]);
  await at.repo.git("update-index", "--index-version", "2", "--split-index");
  expect(await at.filtered("dir/a.bin")).toEqual(["dir/a.bin"]);
});
