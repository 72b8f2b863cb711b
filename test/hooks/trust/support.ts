import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Handler, LoadedHandler } from "../../../hooks/handler.ts";
import { HookTrust } from "../../../hooks/trust/hook-trust.ts";
import { Trust } from "../../../shared/policy/trust.ts";

/** A project, a home folder and a state folder; removed at the end. */
export class Site implements Disposable {
  readonly base = realpathSync(mkdtempSync(join(tmpdir(), "plumb-hook-trust-")));
  readonly root = join(this.base, "project");
  readonly home = join(this.base, "home");
  readonly state = join(this.base, "state");

  constructor(files: Readonly<Record<string, string>> = {}) {
    mkdirSync(this.root);
    mkdirSync(this.home);
    for (const [path, text] of Object.entries(files)) this.write(path, text);
  }

  /** Below the project, unless it is absolute. */
  at(path: string): string {
    return path.startsWith("/") ? path : join(this.root, path);
  }

  write(path: string, text: string | Uint8Array, mode = 0o644): void {
    mkdirSync(dirname(this.at(path)), { recursive: true });
    writeFileSync(this.at(path), text, { mode });
  }

  trust(given: readonly string[] = []): HookTrust {
    return new HookTrust({ trust: Trust.open(this.state), given, home: this.home, roots: [this.root] });
  }

  loaded(handler: Partial<Handler>, scope: "home" | "project" | "local" = "project"): LoadedHandler {
    const file = join(scope === "home" ? this.home : this.root, ".plumbline/hooks.json");
    const root = scope === "home" ? {} : { root: this.root };
    return { handler: handlerOf(handler), source: { scope, dialect: "plumbline", file, ...root } };
  }

  [Symbol.dispose](): void {
    rmSync(this.base, { recursive: true, force: true });
  }
}

export function handlerOf(handler: Partial<Handler>): Handler {
  const place = { at: "PreToolUse[0].hooks[0]", line: 7 };
  return { event: "PreToolUse", type: "command", timeoutMs: 60_000, async: false, ...place, ...handler };
}
