import type { ReferenceKind } from "../parse/shapes.ts";
import type { DefinitionRow, ReferenceRow } from "../store/shapes.ts";

/**
 * Why a reference is held to mean a definition. `file`: it stands in the same file, where the name can be seen. `import`: its
 * file imports the name, or the module that defines it. `name`: nothing but the name fits.
 */
export type Confidence = "file" | "import" | "name";

export interface Resolved {
  readonly definition: DefinitionRow;
  readonly confidence: Confidence;
}

/** What a reference may mean. */
export interface Resolution {
  readonly targets: readonly Resolved[];
  /** How many definitions carry the name, the targets among them. */
  readonly named: number;
  /** True when too many carry the name and nothing tells which is meant: none is listed. */
  readonly ambiguous: boolean;
  /** True when its file imports the name from something that is not in the index. */
  readonly outside: boolean;
}

/** A reference as the index knows it. */
export type Mention = ReferenceRow;

/** The same place, as if another name stood there by itself. */
export function inPlaceOf(mention: Mention, name: string, kind: ReferenceKind): Mention {
  const { file, path, line, within } = mention;
  return { file, path, line, name, kind, ...(within === undefined ? {} : { within }) };
}

/** One use of a definition by another: an edge of the graph. */
export interface Use {
  readonly mention: Mention;
  readonly definition: DefinitionRow;
  readonly confidence: Confidence;
  /** How many definitions carry the name. */
  readonly named: number;
}
