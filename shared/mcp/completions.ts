import {
  ProtocolError,
  ProtocolErrorCode,
  type CompleteRequestParams,
  type Server,
} from "@modelcontextprotocol/server";
import { ToolError } from "../errors.ts";
import type { Completion } from "../server.ts";
import { completePrompt, type MountedPrompts } from "./prompts.ts";
import type { MountedResources } from "./resources.ts";

/** What can be completed: arguments of prompts, variables of URI templates. */
export interface Completable {
  readonly prompts: readonly MountedPrompts[];
  readonly resources: readonly MountedResources[];
}

/** What a server says it can do when there is anything to complete. */
export function completionCapabilities(all: Completable): object {
  return canComplete(all) ? { completions: {} } : {};
}

/** Offers completions on one connection. */
export function serveCompletions(server: Server, all: Completable): void {
  if (!canComplete(all)) return;
  server.setRequestHandler("completion/complete", async ({ params }, { mcpReq }) => {
    try {
      const { values, total } = await complete(all, params, mcpReq.signal);
      return { completion: { values: [...values], total, hasMore: total > values.length } };
    } catch (error) {
      throw error instanceof ToolError
        ? new ProtocolError(ProtocolErrorCode.InvalidParams, error.message)
        : error;
    }
  });
}

function canComplete({ prompts, resources }: Completable): boolean {
  return prompts.length > 0 || resources.some(({ complete: ownComplete }) => ownComplete !== undefined);
}

async function complete(
  { prompts, resources }: Completable,
  { ref, argument: { name, value }, context }: CompleteRequestParams,
  signal: AbortSignal,
): Promise<Completion> {
  if (ref.type === "ref/prompt")
    return await completePrompt(prompts, { prompt: ref.name, argument: name, value, signal });
  const { uri: uriTemplate } = ref;
  const owner = resources.find(({ templates }) =>
    templates.some((template) => template.uriTemplate === uriTemplate),
  );
  const known = context?.arguments ?? {};
  const found = await owner?.complete?.({ uriTemplate, variable: name, value, known, signal });
  // a client may ask about any template; of one that nobody completes there are no values
  return found ?? { values: [], total: 0 };
}
