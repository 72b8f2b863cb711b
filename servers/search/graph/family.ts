/** Languages whose code can name each other's definitions. */
export type Family =
  | "script"
  | "python"
  | "rust"
  | "go"
  | "jvm"
  | "c"
  | "csharp"
  | "ruby"
  | "php"
  | "shell"
  | "swift"
  | "other";

const EXTENSIONS: Readonly<Record<Exclude<Family, "other">, readonly string[]>> = {
  script: ["ts", "tsx", "d.ts", "mts", "cts", "js", "jsx", "mjs", "cjs", "vue", "svelte"],
  python: ["py", "pyi", "pyw"],
  rust: ["rs"],
  go: ["go"],
  jvm: ["java", "kt", "kts", "scala", "sc", "groovy"],
  c: ["h", "hpp", "hh", "hxx", "c", "cc", "cpp", "cxx", "inl", "ipp", "m", "mm"],
  csharp: ["cs"],
  ruby: ["rb", "rake"],
  php: ["php", "inc"],
  shell: ["sh", "bash", "zsh", "bats"],
  swift: ["swift"],
};

const FAMILIES = [
  "script",
  "python",
  "rust",
  "go",
  "jvm",
  "c",
  "csharp",
  "ruby",
  "php",
  "shell",
  "swift",
] as const;
const BY_EXTENSION = new Map<string, Family>(
  FAMILIES.flatMap((family) => EXTENSIONS[family].map((extension) => [extension, family] as const)),
);

/** In these a method is called without naming its object. */
const IMPLICIT_THIS: ReadonlySet<Family> = new Set(["jvm", "c", "csharp", "ruby", "swift", "other"]);

export function familyOf(path: string): Family {
  const extension = path.slice(path.lastIndexOf(".") + 1).toLowerCase();
  return BY_EXTENSION.get(extension) ?? "other";
}

/** Endings that a module's file may have, likeliest first. */
export function extensionsOf(family: Family): readonly string[] {
  return family === "other" ? [] : EXTENSIONS[family];
}

export function hasImplicitThis(family: Family): boolean {
  return IMPLICIT_THIS.has(family);
}
