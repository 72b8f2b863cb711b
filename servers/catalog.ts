import type { Server } from "../shared/server.ts";

/** Every server by its name; a dynamic import each, so that starting one never loads another. */
export const catalog: Readonly<Record<string, () => Promise<Server>>> = {
  filesystem: async () => (await import("./filesystem/server.ts")).default,
  git: async () => (await import("./git/server.ts")).default,
  search: async () => (await import("./search/server.ts")).default,
  hooks: async () => (await import("./hooks/server.ts")).default,
  instructions: async () => (await import("./instructions/server.ts")).default,
};

/** Names that stand for several servers: `core` is one entry and one process for a client, `all` is everything. */
export const groups: Readonly<Record<string, readonly string[]>> = {
  core: ["filesystem", "git", "search"],
  all: Object.keys(catalog),
};
