import * as z from "zod";
import { ToolError } from "../../shared/errors.ts";
import { Refs } from "../../shared/git/refs.ts";
import { budgetField, MAX_BUDGET } from "../../shared/limits.ts";
import type { CompletingUri, Completion } from "../../shared/server.ts";
import type { Part } from "../../shared/tool.ts";
import { decodeText } from "../../shared/workspace/text-file-format.ts";
import { detectKind } from "../../shared/workspace/text-file-kind.ts";
import { scanText } from "../../shared/workspace/text-file.ts";
import { tool, type GitDeps } from "./deps.ts";
import { atRevision, textOf } from "./show/path.ts";

/** Bytes of a resource: as base64 they are still within the largest budget. */
const MOST_BYTES = 1_490_000;
const MOST_VALUES = 100;

/** The template of what is read here: the root's path (`.` for the first), a revision, a path below the root. */
export const URI_TEMPLATE = "git://{root}/{ref}/{+path}";

/** Reads a file at a revision as a resource: the whole of it and nothing else. No list of tools shows it. */
export const readResource = tool({
  name: "read_git_resource",
  title: "Read git resource",
  description: "Reads a file at a revision by its URI.",
  effect: "read",
  reach: "local",
  input: z.strictObject({
    uri: z.string().describe("git://<root>/<ref>/<path>"),
    budget: budgetField.default(MAX_BUDGET),
  }),
  touches: ({ uri }) => ({ paths: [parsed(uri)?.path ?? uri] }),

  async run({ uri }, context): Promise<readonly Part[]> {
    const asked = parsed(uri);
    if (asked === undefined)
      throw new ToolError("invalid_input", "the URI is not one of a file at a revision", {
        hint: "It has the form git://<root>/<ref>/<path>, root and ref percent-encoded, . for the first root.",
      });
    const { found } = await atRevision(asked, context);
    if (found.kind !== "file")
      throw new ToolError("invalid_input", `that is a ${found.kind} and no file`, {
        hint: "git_show lists what is in a directory.",
      });
    return await partsOf(found.bytes, context.signal);
  },

  render: (parts) => parts,
});

async function partsOf(bytes: Buffer, signal: AbortSignal): Promise<readonly Part[]> {
  if (bytes.length > MOST_BYTES)
    throw new ToolError("too_large", `the file has ${bytes.length} bytes, a resource at most ${MOST_BYTES}`, {
      hint: "git_show reads it by lines.",
    });
  const text = textOf(bytes);
  const { format } = text;
  if (format === undefined) {
    const mimeType = detectKind(text.head)?.image ?? "application/octet-stream";
    return [{ type: "image", data: bytes.toString("base64"), mimeType }];
  }
  const facts = await scanText({ ...text, format }, { line: 1, signal });
  return [{ type: "text", text: decodeText(bytes.subarray(facts.format.bom), facts.format.encoding) }];
}

/** Branches, tags and `HEAD` for the `ref` of the template. */
export async function completeRef(
  { variable, value, known, signal }: CompletingUri,
  { git }: GitDeps,
): Promise<Completion> {
  if (variable !== "ref") return { values: [], total: 0 };
  const root = decoded(known["root"] ?? "");
  const repository = await git.open(root === undefined || root === "" ? undefined : root, signal);
  const names = (await new Refs(git, repository, signal).names()).map((name) =>
    name.replace(/^refs\/(?:heads|tags|remotes)\//u, ""),
  );
  const fitting = ["HEAD", ...names]
    .map(encodeURIComponent)
    .filter((name) => name.startsWith(value) || decodeURIComponent(name).startsWith(value));
  return { values: fitting.slice(0, MOST_VALUES), total: fitting.length };
}

interface Parsed {
  readonly ref: string;
  readonly path: string;
}

function parsed(uri: string): Parsed | undefined {
  const [, root, ref, path] = (/^git:\/\/([^/]*)\/([^/]+)\/(.*)$/su.exec(uri) ?? []).map(decoded);
  if (root === undefined || ref === undefined || path === undefined) return undefined;
  return { ref, path: root === "" || root === "." ? path || "." : `${root}/${path}` };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
