import { ToolError } from "../../shared/errors.ts";
import { escapeForPerson } from "../../shared/escape-for-person.ts";
import { nearest } from "../../shared/nearest.ts";
import type { Prompt, PromptArgument } from "./prompt.ts";

/**
 * A value for each argument of a prompt: what was given, else its default; clients send blank texts for fields that
 * nobody filled. In Liquid, where a blank text counts as true, one that has neither is left out. Throws `invalid_input`
 * that names what is missing or unknown. Without a prototype.
 */
export function variablesOf(
  prompt: Prompt,
  given: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const { name, arguments: takes, template } = prompt;
  for (const key of Object.keys(given)) argumentOf(prompt, key);
  const variables: Record<string, string> = Object.create(null);
  const missing: string[] = [];
  for (const argument of takes) {
    const value = Object.hasOwn(given, argument.name) ? given[argument.name] : undefined;
    const isBlank = value === undefined || value.trim() === "";
    if (isBlank && argument.required) missing.push(described(argument));
    const filled = isBlank ? argument.default : value;
    if (filled !== "" || template === "vars") variables[argument.name] = filled;
  }
  if (missing.length === 0) return variables;
  throw new ToolError("invalid_input", `${name} needs ${missing.join(" and ")}`, { hint: known(prompt) });
}

/** The argument of this name. Throws `invalid_input` with the nearest one. */
export function argumentOf(prompt: Prompt, name: string): PromptArgument {
  const found = prompt.arguments.find((argument) => argument.name === name);
  if (found !== undefined) return found;
  const meant = nearest(
    name,
    prompt.arguments.map((argument) => argument.name),
  );
  throw new ToolError(
    "invalid_input",
    `${prompt.name} has no argument "${escapeForPerson(name.slice(0, 60))}"`,
    {
      hint: meant === undefined ? known(prompt) : `Did you mean ${meant}? ${known(prompt)}`,
    },
  );
}

function known({ arguments: takes }: Prompt): string {
  const names = takes.map(({ name }) => name);
  return names.length === 0 ? "It takes none." : `It takes: ${names.join(", ")}.`;
}

function described({ name, description }: PromptArgument): string {
  return description === "" ? `the argument ${name}` : `the argument ${name} (${description})`;
}
