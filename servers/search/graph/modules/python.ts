import type { Import } from "../../parse/shapes.ts";
import { ending, exactly, folderOf, joined, type Binding, type Target } from "./target.ts";

/** What an import of Python gives to its file. */
export function pythonBindings({ source, names }: Import, from: string): Binding[] {
  const target = targetOf(source, from);
  if (names.length === 0) return wholeModule(source, from);
  return names.flatMap(({ name, alias }): Binding[] => {
    if (name === "*") return [{ local: alias ?? "*", target }];
    const local = alias ?? name;
    const inner = source.endsWith(".") ? `${source}${name}` : `${source}.${name}`;
    return [
      { local, item: name, target },
      { local, target: targetOf(inner, from) },
    ];
  });
}

/** `import a.b.c` is used as `a.b.c.name`, of which the last name before the dot is known. */
function wholeModule(source: string, from: string): Binding[] {
  const parts = source.split(".");
  return parts.map((local, index) => ({
    local,
    target: targetOf(parts.slice(0, index + 1).join("."), from),
  }));
}

function targetOf(source: string, from: string): Target {
  const [, dots = "", dotted = ""] = /^(\.*)(.*)$/su.exec(source) ?? [];
  const path = dotted.replaceAll(".", "/");
  if (dots === "") return ending([path, `${path}/__init__`], from);
  const base = joined(
    folderOf(from),
    [...Array.from({ length: dots.length - 1 }, () => ".."), path].join("/"),
  );
  if (base === undefined) return exactly([]);
  return exactly(base === "" ? ["__init__"] : [base, `${base}/__init__`]);
}
