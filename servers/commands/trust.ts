import { findPlaces } from "../../shared/config/places.ts";
import { StartupError, isErrno } from "../../shared/errors.ts";
import { escapeForPerson } from "../../shared/escape-for-person.ts";
import { repositoryFacts, type RepositoryFacts } from "../../shared/policy/repository-facts.ts";
import { Trust } from "../../shared/policy/trust.ts";
import { askPerson, isAtTerminal, print, table } from "./terminal.ts";

/**
 * Shows whole what a repository would make git run, and trusts it when the person says yes: on the terminal, or by
 * giving the hash that was shown. Exit code 1 when it is not trusted in the end.
 */
export async function trust(path: string, yes: string | undefined): Promise<void> {
  const facts = await factsOf(path);
  await trustRepository(facts, { path, yes });
  const { mentionHooks } = await import("./hooks-trust.ts");
  await mentionHooks(facts.root);
}

interface Given {
  readonly path: string;
  readonly yes: string | undefined;
}

async function trustRepository(facts: RepositoryFacts, { path, yes }: Given): Promise<void> {
  if (facts.settings.length === 0 && facts.hooks.length === 0)
    return print(
      `${escapeForPerson(facts.root)}: git would run nothing of this repository's own; there is nothing to trust.`,
    );
  const store = Trust.open(findPlaces(process.env).state);
  print(describe(facts));
  if (await store.isTrusted("repository", facts.root, facts.hash))
    return print("It is trusted already, just as it is.");
  if (await agreed(facts, yes)) {
    await store.grant("repository", facts.root, facts.hash);
    print("Trusted. Whatever changes is untrusted again.");
  } else {
    process.exitCode = 1;
    print(`Not trusted. Without a terminal: plumbline trust ${escapeForPerson(path)} --yes ${facts.hash}`);
  }
}

/** Prints what is trusted. */
export async function listTrust(options: { readonly json: boolean }): Promise<void> {
  const entries = await Trust.open(findPlaces(process.env).state).list();
  if (options.json) return print(JSON.stringify(entries, null, 2));
  if (entries.length === 0) return print("Nothing is trusted.");
  const rows = entries.map(({ kind, subject, hash, at }) => [
    kind,
    escapeForPerson(subject),
    hash.slice(0, 16),
    at,
  ]);
  print(table([["kind", "what", "hash", "since"], ...rows]));
}

/** Takes trust back by hash, or the first characters of it. Exit code 1 when nothing has it. */
export async function revokeTrust(hash: string): Promise<void> {
  if (!/^[0-9a-f]{8,64}$/.test(hash))
    throw new StartupError("give the hash that plumbline trust --list shows");
  const store = Trust.open(findPlaces(process.env).state);
  const found = (await store.list()).filter((entry) => entry.hash.startsWith(hash));
  if (found.length === 0) process.exitCode = 1;
  if (found.length === 0) print(`nothing that is trusted has the hash ${hash}`);
  for (const { kind, subject } of found) {
    await store.revoke(kind, subject);
    print(`no longer trusted: ${escapeForPerson(subject)}`);
  }
}

async function factsOf(path: string): Promise<RepositoryFacts> {
  try {
    const facts = await repositoryFacts(path);
    if (facts !== undefined) return facts;
  } catch (error) {
    if (!isErrno(error, "ENOENT", "ENOTDIR")) throw error;
  }
  throw new StartupError(`${escapeForPerson(path)} is not the top folder of a git repository`);
}

async function agreed(facts: RepositoryFacts, yes: string | undefined): Promise<boolean> {
  if (yes === facts.hash) return true;
  if (yes !== undefined)
    throw new StartupError(`its hash is not ${escapeForPerson(yes.slice(0, 64))}: look at it again`);
  if (!isAtTerminal()) return false;
  return ["y", "yes"].includes(await askPerson("Trust all of this? [y/N] "));
}

function describe({ root, settings, hooks, hash }: RepositoryFacts): string {
  const lines = [`Repository ${escapeForPerson(root)}`, `Hash ${hash}`];
  for (const { file, key, value } of settings)
    lines.push("", `git setting in ${escapeForPerson(file)}`, `  ${escapeForPerson(`${key} = ${value}`)}`);
  for (const { file, text } of hooks)
    lines.push(
      "",
      `git hook ${escapeForPerson(file)}`,
      ...text.split("\n").map((line) => `  | ${escapeForPerson(line)}`),
    );
  return lines.join("\n");
}
