import { mkdir, realpath, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isPromptName } from "../../instructions/prompts/parse-prompt.ts";
import type { Flags } from "../../shared/config/layer.ts";
import { isErrno, StartupError } from "../../shared/errors.ts";
import { escapeForPerson } from "../../shared/escape-for-person.ts";
import { loadSettings } from "./load-settings.ts";
import { stderrLog } from "./stderr-log.ts";
import { print } from "./terminal.ts";

export interface NewOptions {
  /** In the person's own folder instead of the project's. */
  readonly own: boolean;
  readonly flags: Flags;
}

/** Writes a file to begin with and prints where it is. Throws `StartupError` when there is one. */
export async function promptsNew(name: string, { own, flags }: NewOptions): Promise<void> {
  if (!isPromptName(name))
    throw new StartupError(
      `"${escapeForPerson(name.slice(0, 60))}" is no name for a prompt: small letters, digits and single hyphens, such as release-notes`,
    );
  const { roots, places } = await loadSettings(flags, [], stderrLog);
  const folder = own ? await ownFolder(places.config) : await projectFolder(roots[0] ?? process.cwd());
  const file = join(folder, `${name}.md`);
  try {
    await writeFile(file, starting(name), { flag: "wx" });
  } catch (error) {
    if (isErrno(error, "EEXIST")) throw new StartupError(`${file} is there already; nothing was written`);
    throw error;
  }
  print(`${file}\nTry it: plumbline prompts show ${name} --arg topic=example`);
}

async function ownFolder(config: string): Promise<string> {
  const folder = join(config, "prompts");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** A repository can hold links in place of these folders, which would lead the file out of it. */
async function projectFolder(root: string): Promise<string> {
  const real = await realpath(root);
  let folder = real;
  for (const name of [".plumbline", "prompts"]) {
    folder = join(folder, name);
    await mkdir(folder).catch((error: unknown) => {
      if (!isErrno(error, "EEXIST")) throw error;
    });
    if ((await realpath(folder).catch(() => undefined)) !== folder)
      throw new StartupError(
        `${folder} is a link; a prompt is only written to a plain folder of the project`,
      );
  }
  return folder;
}

function starting(name: string): string {
  const words = name.replaceAll("-", " ");
  return `---
# What the menu of a client shows.
title: ${words.charAt(0).toUpperCase()}${words.slice(1)}
description: One sentence on what it is good for.
tags: []
# What the person fills in; each stands in the text as {{ topic }}.
arguments:
  - name: topic
    description: What it is about.
    required: true
  # One that may be left out, with what then stands for it:
  # - name: style
  #   description: How to write.
  #   default: short and plain
  #   values: [short and plain, with every detail]
  # One that completes paths of the project:
  # - name: file
  #   kind: path
# Only {{ name }} is replaced. For conditions and loops, as in {% if style %}: template: liquid
---

Write here what the model should do about {{ topic }}.

Say what a good result is, what to read first, what to leave alone, and in what form to answer.
`;
}
