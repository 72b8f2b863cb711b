import type { Import } from "../../parse/shapes.ts";
import { familyOf, type Family } from "../family.ts";
import { includeBindings, requireBindings, sourceBindings } from "./included.ts";
import { csharpBindings, goBindings, jvmBindings, phpBindings } from "./packages.ts";
import { pythonBindings } from "./python.ts";
import { rustBindings } from "./rust.ts";
import { scriptBindings } from "./script.ts";
import type { Binding } from "./target.ts";

const RULES: Partial<Readonly<Record<Family, (each: Import, from: string) => Binding[]>>> = {
  script: scriptBindings,
  python: pythonBindings,
  rust: rustBindings,
  go: goBindings,
  jvm: jvmBindings,
  c: includeBindings,
  csharp: csharpBindings,
  ruby: requireBindings,
  php: phpBindings,
  shell: sourceBindings,
};

/** The names that an import gives to its file, and where each may be defined. */
export function bindingsOf(each: Import, from: string): Binding[] {
  return RULES[familyOf(from)]?.(each, from) ?? [];
}
