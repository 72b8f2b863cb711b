import { join } from "node:path";
import { ToolError } from "../../../shared/errors.ts";
import type { Underway } from "../../../shared/git/state.ts";
import { parseGitSettings } from "../../../shared/policy/git-settings.ts";
import { readCommits } from "../change/commits-of.ts";
import type { Scene } from "../change/scene.ts";
import type { Pick } from "./simulate.ts";

/** Those that git has built in; another name is a program. */
const STRATEGIES = new Set(["", "ort", "recursive", "resolve", "octopus", "ours", "subtree"]);
const APPLIES = /^(?:p|pick|r|reword|e|edit|s|squash|f|fixup(?: -[cC])?|revert) ([0-9a-f]{4,64})(?: |$)/u;
const HARMLESS = /^(?:#|noop\b|d |drop |\s*$)/u;

/**
 * What is still to be applied when a sequence goes on. Its files may have been made by whoever made the repository,
 * and hold commands that git would run: throws `denied` for a step, strategy or signature of that kind.
 */
export async function remainingPicks(scene: Scene, underway: Underway): Promise<Pick[]> {
  if (underway === "merge") return [];
  await checkOptions(scene, underway);
  const file = underway === "rebase" ? "rebase-merge/git-rebase-todo" : "sequencer/todo";
  const text = await textOf(scene, file);
  const steps = text.split("\n").filter((line) => !HARMLESS.test(line));
  const found = steps.map((line) => {
    const [, hash] = APPLIES.exec(line) ?? [];
    if (hash === undefined) throw notHere(`a step of its list is "${line.split(" ", 1)[0] ?? ""}"`);
    return { hash, reverse: line.startsWith("revert") };
  });
  // the step at which a cherry-pick stopped is still the first of its list
  const open = underway === "rebase" ? found : found.slice(1);
  const commits = await readCommits(
    scene,
    open.map(({ hash }) => hash),
  );
  return open.map(({ reverse }, index) => {
    const commit = commits[index];
    if (commit === undefined) throw notHere("its list names a commit that is not there");
    return { commit, reverse };
  });
}

/** The commit that an abort goes back to. */
export async function startOf(scene: Scene, underway: Underway | undefined): Promise<string> {
  const files = {
    rebase: "rebase-merge/orig-head",
    "cherry-pick": "sequencer/head",
    revert: "sequencer/head",
  };
  const isListed = underway === "rebase" || underway === "cherry-pick" || underway === "revert";
  const noted = isListed ? (await textOf(scene, files[underway])).trim() : "";
  const older =
    underway === "rebase" && noted === "" ? (await textOf(scene, "rebase-apply/orig-head")).trim() : "";
  const hash = noted === "" ? older : noted;
  return /^[0-9a-f]{40,64}$/u.test(hash) ? hash : ((await scene.refs.head()).hash ?? "");
}

async function checkOptions(scene: Scene, underway: Underway): Promise<void> {
  if (underway === "rebase" && (await textOf(scene, "rebase-merge/head-name")) === "")
    throw notHere("it is one of git am's kind");
  const signs = await textOf(scene, "rebase-merge/gpg_sign_opt");
  const options = parseGitSettings(await textOf(scene, "sequencer/opts"));
  const strategies = [
    (await textOf(scene, "rebase-merge/strategy")).trim(),
    ...options.filter(({ key }) => key === "options.strategy").map(({ value }) => value),
  ];
  if (!strategies.every((strategy) => STRATEGIES.has(strategy)))
    throw notHere("it wants a strategy of its own");
  const isSigned = signs !== "" || options.some(({ key }) => key === "options.gpg-sign");
  if (isSigned && !scene.repository.trusted) throw notHere("it signs, and nobody trusted this repository");
}

async function textOf({ git, repository, signal }: Scene, name: string): Promise<string> {
  return (await git.files(signal).text(join(repository.gitDir, name))) ?? "";
}

function notHere(why: string): ToolError {
  return new ToolError("denied", `this does not go on from here: ${why}`, {
    hint: "Action abort takes it back, or the person goes on in a terminal.",
  });
}
