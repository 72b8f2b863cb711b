import { openInstructions, type Instructions, type LoadAbout } from "../../instructions/engine.ts";
import { USUAL_FAMILIES, type Family, type Loaded } from "../../instructions/shapes.ts";
import { Scope } from "../../shared/scope.ts";
import { layout, type Files, type Layout, type LayoutOptions } from "./find/layout.ts";

export interface Engine extends Layout {
  readonly instructions: Instructions;
  load(target: string, about?: Partial<LoadAbout>): Promise<Loaded>;
}

export interface EngineOptions extends LayoutOptions {
  readonly families?: readonly Family[];
}

/** The joined engine on files of this test's own. */
export async function engine(files: Files, { families, ...options }: EngineOptions = {}): Promise<Engine> {
  const made = await layout(files, options);
  const scope = new Scope();
  scope.defer(() => made[Symbol.asyncDispose]());
  const { workspace, places } = made;
  const instructions = openInstructions({ workspace, places, families: families ?? USUAL_FAMILIES, scope });
  return {
    ...made,
    instructions,
    load: (target, about) => instructions.load({ target, signal: new AbortController().signal, ...about }),
    [Symbol.asyncDispose]: () => scope.close(),
  };
}

/** `scope path: reason`, with what was taken in and a priority that is not normal. */
export function blocksOf({ blocks }: Loaded): string[] {
  return blocks.map(({ scope, path, reason, imports, priority }) => {
    const taken = imports.length === 0 ? "" : ` + ${imports.join(", ")}`;
    return `${scope} ${path}: ${reason}${priority === "normal" ? "" : ` (${priority})`}${taken}`;
  });
}

/** `path: reason`, with `*` where it can be had by its id. */
export function excludedOf({ excluded }: Loaded): string[] {
  return excluded.map(({ path, reason, available }) => `${path}: ${reason}${available ? " *" : ""}`);
}

/** `code path:line` of each warning. */
export function warningsOf({ warnings }: Loaded): string[] {
  return warnings.map(({ code, path, line }) => `${code} ${path}${line === undefined ? "" : `:${line}`}`);
}
