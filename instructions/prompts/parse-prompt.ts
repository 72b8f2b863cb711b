import { escapeForPerson } from "../../shared/escape-for-person.ts";
import { nearest } from "../../shared/nearest.ts";
import { safeText } from "../parse/safe-text.ts";
import type { Problem } from "../shapes.ts";
import { splitFrontmatter, type Split } from "./frontmatter.ts";
import type { Prompt, PromptArgument } from "./prompt.ts";

const MAX_TITLE = 100;
const MAX_DESCRIPTION = 1_000;
const MAX_ARGUMENTS = 20;
const MAX_VALUES = 200;
const MAX_TAGS = 20;
const MAX_PROBLEMS = 20;
// as templates find them
const PLACE = /(?<![{$])\{\{[ \t]*([a-z]\w{0,63})[ \t]*\}\}(?!\})/giu;
const KEYS = ["title", "description", "arguments", "tags", "template"];
const ARGUMENT_KEYS = ["name", "description", "required", "default", "values", "kind"];

/** What a file says, without where it stands. Nothing when it cannot be a prompt; the problems say why. */
export interface ParsedPrompt {
  readonly prompt: Omit<Prompt, "from" | "shown"> | undefined;
  readonly problems: readonly Problem[];
}

/** True for a name that a prompt may have: `review-change`, at most 64 characters. */
export function isPromptName(name: string): boolean {
  return name.length <= 64 && /^[a-z0-9]+(?:-[a-z0-9]+)*$/u.test(name);
}

/** Understands one file. What is wrong with a field is reported with its line, and the field counts as left out. */
export function parsePrompt(name: string, raw: string): ParsedPrompt {
  const { text, problems: unseen } = safeText(raw);
  const split = splitFrontmatter(text);
  if ("message" in split) return { prompt: undefined, problems: [...unseen, split] };
  const check = new Check(split, unseen);
  const body = split.body.trim();
  if (body === "") {
    check.tell("empty", "there is no text after the frontmatter", split.firstLine);
    return { prompt: undefined, problems: check.problems };
  }
  const title = check.text(["title"], MAX_TITLE) ?? titleIn(body) ?? titleOf(name);
  const template = check.oneOf(["template"], ["vars", "liquid"]) ?? "vars";
  const prompt = {
    name,
    title,
    description: check.text(["description"], MAX_DESCRIPTION) ?? title,
    arguments: argumentsOf(check),
    tags: check.list(["tags"], MAX_TAGS).map((tag) => tag.toLowerCase()),
    template,
    body,
    firstLine: split.firstLine + (/^\s*/u.exec(split.body)?.[0].split("\n").length ?? 1) - 1,
    text,
  } as const;
  check.keys(split.fields, KEYS);
  if (template === "vars") tellUndeclared(prompt, { split, check });
  return { prompt, problems: check.problems };
}

function titleIn(body: string): string | undefined {
  return /^# +(\S.*)$/mu.exec(body)?.[1]?.trim().slice(0, MAX_TITLE);
}

function titleOf(name: string): string {
  const words = name.replaceAll("-", " ");
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

function argumentsOf(check: Check): PromptArgument[] {
  const given = check.at(["arguments"]) ?? [];
  if (!Array.isArray(given)) {
    check.tellAt(["arguments"], "arguments must be a list, each with a name");
    return [];
  }
  if (given.length > MAX_ARGUMENTS)
    check.tellAt(["arguments"], `only the first ${MAX_ARGUMENTS} arguments count`);
  const seen = new Set<string>();
  return given.slice(0, MAX_ARGUMENTS).flatMap((_, index) => {
    const argument = argumentAt(check, index);
    if (argument === undefined) return [];
    if (!seen.has(argument.name)) return seen.add(argument.name) && [argument];
    check.tellAt(["arguments", index], `there are two arguments ${argument.name}; the first counts`);
    return [];
  });
}

function argumentAt(check: Check, index: number): PromptArgument | undefined {
  const at = ["arguments", index] as const;
  const given = check.at(at);
  // `- path` is short for an argument of this name
  const name = typeof given === "string" ? given : check.text([...at, "name"], 40);
  if (name === undefined || !/^[a-z][a-z0-9_]{0,39}$/iu.test(name)) {
    check.tellAt(
      at,
      "an argument needs a name of letters, digits and underscores, at most 40; it is left out",
    );
    return undefined;
  }
  if (given instanceof Map) check.keys(given, ARGUMENT_KEYS);
  const standard = check.text([...at, "default"], 4_000);
  const required = check.oneOf([...at, "required"], ["true", "false"]) === "true";
  return {
    name,
    description: check.text([...at, "description"], MAX_DESCRIPTION) ?? "",
    required: required && standard === undefined,
    default: standard ?? "",
    values: check.list([...at, "values"], MAX_VALUES),
    kind: check.oneOf([...at, "kind"], ["text", "path"]) ?? "text",
  };
}

/** A name in braces that is no argument stays as it stands, which is nearly always a slip of the pen. */
function tellUndeclared(
  prompt: Pick<Prompt, "arguments" | "body">,
  { split, check }: { readonly split: Split; readonly check: Check },
): void {
  const names = prompt.arguments.map((argument) => argument.name);
  const lines = split.body.split("\n");
  const told = new Set<string>(names);
  for (const [index, line] of lines.entries())
    for (const [, name = ""] of line.matchAll(PLACE)) {
      if (told.has(name)) continue;
      told.add(name);
      const meant = nearest(name, names);
      const hint = meant === undefined ? "declare it under arguments" : `did you mean ${meant}?`;
      check.tell("undeclared", `{{ ${name} }} is no argument of it; ${hint}`, split.firstLine + index);
    }
}

type Path = readonly (string | number)[];

/** Takes fields out of a frontmatter and notes what is wrong with them. */
class Check {
  readonly problems: Problem[];
  readonly #split: Split;

  /** `told`: what is known already. */
  constructor(split: Split, told: readonly Problem[]) {
    this.#split = split;
    this.problems = [...told];
  }

  tell(code: string, message: string, line?: number): void {
    if (this.problems.length >= MAX_PROBLEMS) return;
    this.problems.push({ level: "warning", code, message, ...(line === undefined ? {} : { line }) });
  }

  tellAt(path: Path, message: string): void {
    this.tell("bad_field", message, this.#split.lineOf(...path));
  }

  at(path: Path): unknown {
    return path.reduce<unknown>(
      (value, key) =>
        value instanceof Map
          ? value.get(key)
          : Array.isArray(value) && typeof key === "number"
            ? value[key]
            : undefined,
      this.#split.fields,
    );
  }

  /** One text on one line; a longer one is cut. */
  text(path: Path, limit: number): string | undefined {
    const value = this.at(path);
    if (value === undefined || value === "") return undefined;
    if (typeof value !== "string") return this.#refuse(path, "must be a text");
    if (value.length > limit) this.tellAt(path, `${named(path)} is cut at ${limit} characters`);
    const lines = value.split("\n").map((line) => line.trim());
    return lines.join(" ").trim().slice(0, limit);
  }

  /** A list of texts; one text stands for a list with commas. */
  list(path: Path, limit: number): string[] {
    const value = this.at(path) ?? [];
    const items: readonly unknown[] = typeof value === "string" ? value.split(",") : asArray(value);
    const texts = items.filter((item) => typeof item === "string").map((item) => item.trim());
    if (texts.length < items.length || !(typeof value === "string" || Array.isArray(value)))
      this.#refuse(path, "must be a list of texts");
    if (texts.length > limit) this.tellAt(path, `of ${named(path)} only the first ${limit} count`);
    return [...new Set(texts.filter((text) => text !== ""))].slice(0, limit);
  }

  oneOf<const Word extends string>(path: Path, words: readonly Word[]): Word | undefined {
    const value = this.at(path);
    if (value === undefined || value === "") return undefined;
    const found = words.find((word) => typeof value === "string" && word === value.toLowerCase());
    return found ?? this.#refuse(path, `must be ${words.join(" or ")}`);
  }

  /** Tells of keys that nobody knows and that are like one of these. */
  keys(map: ReadonlyMap<unknown, unknown>, known: readonly string[]): void {
    for (const key of map.keys()) {
      const meant = typeof key === "string" && !known.includes(key) ? nearest(key, known) : undefined;
      if (meant !== undefined)
        this.tell(
          "unknown_key",
          `"${escapeForPerson(String(key).slice(0, 40))}" means nothing here; ${meant}?`,
        );
    }
  }

  #refuse(path: Path, what: string): undefined {
    this.tellAt(path, `${named(path)} ${what}; it counts as left out`);
  }
}

function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** `description of argument 2`. */
function named(path: Path): string {
  const key = String(path.at(-1));
  const index = path.find((part) => typeof part === "number");
  return index === undefined || typeof path.at(-1) === "number" ? key : `${key} of argument ${index + 1}`;
}
