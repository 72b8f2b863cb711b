import type { Prompt } from "./prompt.ts";

/**
 * The prompts in which every word occurs (in name, title, tags or description, whatever the case) and which have every
 * tag; those that are called so first, then by name. Without words, all.
 */
export function searchPrompts(
  prompts: readonly Prompt[],
  words: readonly string[],
  tags: readonly string[] = [],
): readonly Prompt[] {
  const wanted = words.flatMap((word) => word.toLowerCase().split(/\s+/u)).filter((word) => word !== "");
  return prompts
    .filter((prompt) => tags.every((tag) => prompt.tags.includes(tag.toLowerCase())))
    .map((prompt) => ({ prompt, scores: wanted.map((word) => scoreOf(prompt, word)) }))
    .filter(({ scores }) => !scores.includes(0))
    .sort((a, b) => sum(b.scores) - sum(a.scores) || (a.prompt.name < b.prompt.name ? -1 : 1))
    .map(({ prompt }) => prompt);
}

function scoreOf({ name, title, tags, description }: Prompt, word: string): number {
  if (name === word) return 16;
  if (name.includes(word)) return 8;
  if (tags.includes(word) || title.toLowerCase().includes(word)) return 4;
  if (tags.some((tag) => tag.includes(word))) return 2;
  return description.toLowerCase().includes(word) ? 1 : 0;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
