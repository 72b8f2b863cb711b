import { findPlaces } from "../../shared/config/places.ts";
import { StartupError } from "../../shared/errors.ts";
import { escapeForPerson } from "../../shared/escape-for-person.ts";
import { findRepositoryFacts, type RepositoryFacts } from "../../shared/policy/repository-facts.ts";
import { shellQuote } from "../../shared/policy/shell-quote.ts";
import { Trust, type TrustEntry } from "../../shared/policy/trust.ts";
import { askPerson, isAtTerminal, print, table } from "./terminal.ts";

/**
 * Shows whole what a repository would make git run, and trusts it when the person says yes: on the terminal, or by
 * giving the hash that was shown. Exit code 1 when it is not trusted in the end.
 */
export async function trust(path: string, yes: string | undefined): Promise<void> {
  const facts = factsOf(path);
  await trustRepository(facts, { path, yes });
  const { mentionHooks } = await import("./hooks-trust.ts");
  await mentionHooks(topOf(facts));
}

interface Given {
  readonly path: string;
  readonly yes: string | undefined;
}

async function trustRepository(facts: RepositoryFacts, { path, yes }: Given): Promise<void> {
  const store = Trust.open(findPlaces(process.env).state);
  const { subjects, hash } = facts;
  const entries = (await store.list()).filter(({ kind }) => kind === "repository");
  print(describe(facts));
  if (entries.some((entry) => entry.hash === hash && subjects.includes(entry.subject)))
    return print("It is trusted already, just as it is.");
  if (await agreed(facts, yes)) {
    await store.grant("repository", subjectFor(facts, entries), hash);
    print("Trusted. Whatever changes is untrusted again.");
  } else {
    process.exitCode = 1;
    const command = `plumbline trust ${shellQuote(path)} --yes ${hash}`;
    print(`Not trusted. Without a terminal: ${escapeForPerson(command)}`);
  }
}

/** A linked worktree leaves the trust of the others as it is, and has its own beside it. */
function subjectFor({ subjects }: RepositoryFacts, entries: readonly TrustEntry[]): string {
  const [shared, own = shared] = subjects;
  return entries.some(({ subject }) => subject === shared) ? own : shared;
}

function topOf({ folders: { gitDir, workTree } }: RepositoryFacts): string {
  return workTree ?? gitDir;
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

function factsOf(path: string): RepositoryFacts {
  const facts = findRepositoryFacts(path);
  if (facts !== undefined) return facts;
  throw new StartupError(`${escapeForPerson(path)} is not the top folder of a git repository`);
}

async function agreed(facts: RepositoryFacts, yes: string | undefined): Promise<boolean> {
  if (yes === facts.hash) return true;
  if (yes !== undefined)
    throw new StartupError(`its hash is not ${escapeForPerson(yes.slice(0, 64))}: look at it again`);
  if (!isAtTerminal()) return false;
  return ["y", "yes"].includes(await askPerson("Trust all of this? [y/N] "));
}

function describe(facts: RepositoryFacts): string {
  const { subjects, settings, hooks, scripts, drivers, hash } = facts;
  const lines = [`Repository ${escapeForPerson(topOf(facts))}`, `Kept for ${escapeForPerson(subjects[0])}`];
  lines.push(`Hash ${hash}`, "", ...OWN_SETTINGS);
  if (drivers.length > 0)
    lines.push(
      "",
      `Attributes name: ${escapeForPerson(drivers.join(", "))}. Such of them as have settings run.`,
    );
  if (settings.length === 0 && hooks.length === 0)
    lines.push("", "git would run nothing of this repository's own.");
  for (const { file, key, value } of settings)
    lines.push("", `git setting in ${escapeForPerson(file)}`, `  ${escapeForPerson(`${key} = ${value}`)}`);
  for (const { file, text } of hooks)
    lines.push(
      "",
      `git hook ${escapeForPerson(file)}`,
      ...text.split("\n").map((line) => `  | ${escapeForPerson(line)}`),
    );
  if (scripts.length > 0) lines.push("", "Files that these may use, not shown, covered by the hash:");
  lines.push(...scripts.map((script) => `  ${script.hash.slice(0, 16)} ${escapeForPerson(script.file)}`));
  return lines.join("\n");
}

const OWN_SETTINGS = [
  "In a trusted repository your own git settings work as well: commit signing, filters such as git-lfs, merge and",
  "diff drivers. In any other they do not; your credential helpers and your ssh command work in each.",
];
