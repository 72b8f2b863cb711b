import { isLocalEndpoint } from "../../shared/model/endpoint.ts";
import type { Reach } from "../../shared/tool.ts";
import { searchOptions } from "./options.ts";

/** How far a question goes: to another machine when the person had vectors made there. */
export function reachOfQuestions(options: unknown): Reach {
  const { embedder, endpointUrl } = searchOptions.parse(options);
  return embedder === "endpoint" && !isLocalEndpoint(endpointUrl) ? "network" : "local";
}
