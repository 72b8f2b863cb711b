import { ToolError } from "../errors.ts";
import { outside } from "./contain-errors.ts";
import type { EntryKind } from "./entry.ts";
import { isAbsolute, namesOf, type Root } from "./root.ts";

/** As many links as Linux follows for one path. */
const MAX_LINKS = 40;

/** How a containment holds one thing while the path is walked. */
export interface Nodes<Node> {
  /** The root; never released here. */
  readonly top: Node;
  /** One name below a directory, not followed; undefined when nothing is there. */
  child(parent: Node, name: string): Node | undefined;
  kind(node: Node): EntryKind;
  /** The text of a link; undefined when it is no link any more. */
  readLink(parent: Node, name: string): string | undefined;
  release(node: Node): void;
}

/** Where a path led. */
export interface Reached<Node> {
  /** The last thing that is there; the caller releases it, unless it is the top. */
  readonly node: Node;
  /** Its real components below the root. */
  readonly parts: readonly string[];
  /** What of the path is not there; may hold `..` from a link. */
  readonly missing: readonly string[];
  /** The text of the link in the last place, when it was kept. */
  readonly target?: string;
}

interface Request<Node> {
  readonly root: Root;
  readonly nodes: Nodes<Node>;
  /** Whether a link in the last place is followed. */
  readonly last: "follow" | "keep";
}

/**
 * Walks a path name by name and follows links by hand: what a link says is only more names to walk, and `..` goes
 * back to a thing that is still held, so no spelling and no exchange of directories leads above the root.
 * Throws `denied` when a link leaves the root and `invalid_input` for a ring of links.
 */
export function follow<Node>(parts: readonly string[], request: Request<Node>): Reached<Node> {
  const descent = new Descent(parts, request);
  try {
    while (descent.step());
    return descent.reached();
  } finally {
    descent.release();
  }
}

class Descent<Node> {
  readonly #root: Root;
  readonly #nodes: Nodes<Node>;
  readonly #followLast: boolean;
  /** What is held, from the root down. */
  readonly #trail: { readonly name: string; readonly node: Node }[] = [];
  /** Names still to walk, the next one last. */
  readonly #todo: string[];
  #links = 0;
  #target: string | undefined;

  constructor(parts: readonly string[], { root, nodes, last }: Request<Node>) {
    this.#root = root;
    this.#nodes = nodes;
    this.#followLast = last === "follow";
    this.#todo = parts.toReversed();
  }

  /** Takes the next name; false when there is none, or when nothing is there. */
  step(): boolean {
    const name = this.#todo.pop();
    if (name === undefined) return false;
    if (name === "..") return this.#up();
    const parent = this.#trail.at(-1)?.node ?? this.#nodes.top;
    const node = this.#nodes.child(parent, name);
    if (node === undefined) {
      this.#todo.push(name);
      return false;
    }
    this.#trail.push({ name, node });
    const kind = this.#nodes.kind(node);
    if (kind !== "link") return kind === "directory" || this.#todo.length === 0;
    const text = this.#nodes.readLink(parent, name);
    if (this.#todo.length > 0 || this.#followLast) this.#enter(text ?? name);
    else this.#target = text;
    return true;
  }

  /** Hands the last thing over to the caller. */
  reached(): Reached<Node> {
    const parts = this.#trail.map(({ name }) => name);
    const node = this.#trail.pop()?.node ?? this.#nodes.top;
    const reached = { node, parts, missing: this.#todo.toReversed() };
    return this.#target === undefined ? reached : { ...reached, target: this.#target };
  }

  release(): void {
    for (const { node } of this.#trail.splice(0)) this.#nodes.release(node);
  }

  #up(): boolean {
    const left = this.#trail.pop();
    if (left === undefined) throw outside();
    this.#nodes.release(left.node);
    return true;
  }

  /** Goes on where a link points; one that was exchanged meanwhile is looked at again by its name. */
  #enter(text: string): void {
    this.#links += 1;
    if (this.#links > MAX_LINKS) throw new ToolError("invalid_input", "too many links in the path");
    this.#up();
    const inside = isAbsolute(text) ? this.#root.targetBelow(text) : namesOf(text);
    if (inside === undefined) throw outside();
    if (isAbsolute(text)) this.release();
    this.#todo.push(...inside.toReversed());
  }
}
