import {
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
  type ReadResourceResult,
  type Resource,
} from "@modelcontextprotocol/server";
import type { Answer, Endpoint } from "../call.ts";
import { ToolError } from "../errors.ts";
import type { BoundResources } from "../server.ts";
import { STATUS_CATEGORIES, type StatusCategory, type StatusFeed } from "../status/feed.ts";
import type { Part } from "../tool.ts";

/** One server's resources; reading one is a call like any other, its input is `{ uri }`. */
export interface MountedResources extends Omit<BoundResources, "read"> {
  readonly read: Endpoint;
}

const STATUS = "plumbline://status/";

/** What `resources/list` shows: the status feeds. Files are too many to list, templates stand for them. */
export function listedResources(): Resource[] {
  return STATUS_CATEGORIES.map((category) => ({
    uri: `${STATUS}${category}`,
    name: `status-${category}`,
    title: `Status: ${category}`,
    description: `The newest ${category} events of this process, oldest first.`,
    mimeType: "application/json",
  }));
}

/** The feed that a URI names, when it names one. */
export function statusCategoryOf(uri: string): StatusCategory | undefined {
  return STATUS_CATEGORIES.find((category) => uri === `${STATUS}${category}`);
}

export function readStatus(status: StatusFeed, category: StatusCategory): ReadResourceResult {
  const text = JSON.stringify(status.read(category));
  return { contents: [{ uri: `${STATUS}${category}`, mimeType: "application/json", text }] };
}

/** Watches one thing: a status feed, or what the server that owns the URI can watch. */
export async function watchOne(
  resources: readonly MountedResources[],
  status: StatusFeed,
  { uri, changed }: { readonly uri: string; readonly changed: () => void },
): Promise<() => void> {
  const category = statusCategoryOf(uri);
  if (category !== undefined) return status.watch(category, changed);
  const owner = resources.find((each) => each.owns(uri));
  if (owner?.watch === undefined) {
    throw new ToolError("not_found", `nothing that can be watched has the URI ${quote(uri)}`);
  }
  return owner.watch(uri, changed);
}

/** An answer as the contents of one resource; a failure becomes the protocol's own error. */
export function toContents(uri: string, answer: Extract<Answer, { kind: "answer" }>): ReadResourceResult {
  if (answer.error === undefined) return { contents: answer.parts.map((part) => contentOf(uri, part)) };
  const text = answer.parts.map((part) => (part.type === "text" ? part.text : "")).join("\n");
  if (answer.error === "not_found") throw new ResourceNotFoundError(uri, text);
  throw new ProtocolError(
    answer.error === "internal" ? ProtocolErrorCode.InternalError : ProtocolErrorCode.InvalidParams,
    text,
  );
}

function contentOf(uri: string, part: Part): ReadResourceResult["contents"][number] {
  switch (part.type) {
    case "text":
      return { uri, mimeType: "text/plain", text: part.text };
    case "image":
      return { uri, mimeType: part.mimeType, blob: part.data };
    case "resource_link":
      return { uri: part.uri, mimeType: part.mimeType ?? "text/plain", text: part.name };
    default:
      return part satisfies never;
  }
}

/** A caller's own text in our sentence: one line, bounded. */
export function quote(text: string): string {
  return JSON.stringify(text.slice(0, 200));
}
