export const LANGUAGES = [
  "TypeScript",
  "JavaScript",
  "Python",
  "Rust",
  "Go",
  "Java",
  "C",
  "C++",
  "Ruby",
  "PHP",
  "C#",
  "Scala",
  "Kotlin",
  "Bash",
] as const;
export type Language = (typeof LANGUAGES)[number];

const EXTENSIONS: Readonly<Record<Language, readonly string[]>> = {
  TypeScript: ["ts", "tsx", "mts", "cts"],
  JavaScript: ["js", "jsx", "mjs", "cjs"],
  Python: ["py"],
  Rust: ["rs"],
  Go: ["go"],
  Java: ["java"],
  C: ["c", "h"],
  "C++": ["cc", "cpp", "cxx", "hh", "hpp", "hxx", "ipp", "inl"],
  Ruby: ["rb"],
  PHP: ["php", "inc"],
  "C#": ["cs"],
  Scala: ["scala"],
  Kotlin: ["kt", "kts"],
  Bash: ["sh", "bash"],
};

const BY_EXTENSION = new Map<string, Language>(
  LANGUAGES.flatMap((language) => EXTENSIONS[language].map((extension) => [extension, language] as const)),
);

/** The language of a file by its extension; undefined for what is no code. */
export function languageOf(path: string): Language | undefined {
  return BY_EXTENSION.get(/\.([a-z]+)$/u.exec(path)?.[1] ?? "");
}
