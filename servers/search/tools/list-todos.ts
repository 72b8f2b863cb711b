import * as z from "zod";
import { escapeForPerson } from "../../../shared/escape-for-person.ts";
import { flag, limit, paths } from "../../../shared/fields.ts";
import type { BlamedCommit } from "../../../shared/git/parse-blame.ts";
import { cursorField } from "../../../shared/limits.ts";
import { tool } from "../deps.ts";
import { pageOf, shownOf, type Page } from "../page.ts";
import { blameTodos } from "../todos/blame-todos.ts";
import { findTodos, type FoundTodo } from "../todos/find-todos.ts";
import { STANDARD_TAGS, TAG } from "../todos/read-todos.ts";
import { quotedPath } from "../shown-path.ts";

const DAY_S = 86_400;

interface Answer {
  readonly page: Page<FoundTodo>;
  readonly blamed?: ReadonlyMap<string, BlamedCommit>;
  readonly problems: readonly string[];
  /** Seconds since 1970. */
  readonly now: number;
}

export default tool({
  name: "list_todos",
  title: "List TODOs",
  description: "TODO, FIXME, HACK, XXX, BUG in comments, by file; with blame who wrote each and when.",
  effect: "read",
  reach: "local",
  input: z.strictObject({
    paths: paths("Files or folders.").optional(),
    tags: z
      .array(z.string().regex(TAG, "expected a word, such as TODO"))
      .min(1)
      .max(20)
      .default([...STANDARD_TAGS])
      .meta({
        description: "Other words.",
        default: undefined,
        minItems: undefined,
        maxItems: undefined,
        items: { type: "string" },
      }),
    blame: flag("Age and author."),
    limit: limit(100, 5_000),
    cursor: cursorField,
  }),
  touches: ({ paths: named = ["."] }) => ({ paths: named }),

  async run({ paths: named = ["."], tags, blame, limit: most, cursor }, context): Promise<Answer> {
    const { todos, problems } = await findTodos(named, tags, context);
    const page = pageOf(todos, most, cursor);
    const blamed = blame ? { blamed: await blameTodos(page.items, context) } : {};
    return { page, problems, now: Date.now() / 1_000, ...blamed };
  },

  render: ({ page, blamed, problems, now }) => {
    const lines: string[] = [];
    let path: string | undefined;
    for (const todo of page.items) {
      if (todo.path !== path) lines.push(quotedPath(todo.path));
      ({ path } = todo);
      const commit = blamed?.get(`${todo.path}:${todo.line}`);
      lines.push(`  ${todoLine(todo)}${commit === undefined ? "" : ` (${ageOf(commit, now)})`}`);
    }
    const facts = [
      `${page.cursor === undefined ? "" : "partial: "}${shownOf(page, "note")}`,
      ...problems,
      ...(page.cursor === undefined ? [] : [`more with cursor ${page.cursor}`]),
    ];
    return [`[${facts.join("; ")}]`, ...lines].join("\n");
  },
});

function todoLine({ line, tag, owner, text }: FoundTodo): string {
  return escapeForPerson(`${line} ${tag}${owner === undefined ? "" : `(${owner})`}: ${text}`);
}

function ageOf({ hash, author }: BlamedCommit, now: number): string {
  if (/^0+$/u.test(hash)) return "not committed";
  const days = Math.max(0, Math.floor((now - author.at) / DAY_S));
  const age =
    days < 60
      ? `${days} days`
      : days < 730
        ? `${Math.floor(days / 30)} months`
        : `${Math.floor(days / 365)} years`;
  return `${age}, ${escapeForPerson(author.name).slice(0, 60)}, ${hash.slice(0, 10)}`;
}
