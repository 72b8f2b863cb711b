import { basename, extname } from "node:path/posix";

/** By extension, lower-cased. What is not here and not below is "text". */
const EXTENSIONS: Readonly<Record<string, string>> = {
  ts: "typescript",
  mts: "typescript",
  cts: "typescript",
  tsx: "tsx",
  js: "javascript",
  mjs: "javascript",
  cjs: "javascript",
  jsx: "javascript",
  es6: "javascript",
  py: "python",
  pyi: "python",
  pyw: "python",
  rs: "rust",
  go: "go",
  java: "java",
  c: "c",
  cc: "cpp",
  cpp: "cpp",
  cxx: "cpp",
  "c++": "cpp",
  hh: "cpp",
  hpp: "cpp",
  hxx: "cpp",
  "h++": "cpp",
  inl: "cpp",
  ipp: "cpp",
  tpp: "cpp",
  cu: "cpp",
  cuh: "cpp",
  ino: "cpp",
  cs: "csharp",
  csx: "csharp",
  rb: "ruby",
  rake: "ruby",
  gemspec: "ruby",
  ru: "ruby",
  jbuilder: "ruby",
  php: "php",
  phtml: "php",
  inc: "php",
  sh: "bash",
  bash: "bash",
  zsh: "bash",
  ksh: "bash",
  bats: "bash",
  scala: "scala",
  sc: "scala",
  sbt: "scala",
  swift: "swift",
  kt: "kotlin",
  kts: "kotlin",
  md: "markdown",
  markdown: "markdown",
  mdx: "markdown",
  mdown: "markdown",
  rst: "restructuredtext",
  adoc: "asciidoc",
  asciidoc: "asciidoc",
  asc: "asciidoc",
  json: "json",
  jsonc: "json",
  json5: "json",
  yaml: "yaml",
  yml: "yaml",
  toml: "toml",
  ini: "ini",
  cfg: "ini",
  conf: "ini",
  properties: "ini",
  xml: "xml",
  html: "html",
  htm: "html",
  css: "css",
  scss: "css",
  less: "css",
  vue: "vue",
  svelte: "svelte",
  sql: "sql",
  graphql: "graphql",
  gql: "graphql",
  proto: "protobuf",
  lua: "lua",
  pl: "perl",
  pm: "perl",
  r: "r",
  jl: "julia",
  ex: "elixir",
  exs: "elixir",
  erl: "erlang",
  hs: "haskell",
  ml: "ocaml",
  mli: "ocaml",
  clj: "clojure",
  cljs: "clojure",
  dart: "dart",
  m: "objective-c",
  mm: "objective-c",
  zig: "zig",
  nim: "nim",
  groovy: "groovy",
  gradle: "groovy",
  ps1: "powershell",
  tf: "terraform",
  hcl: "terraform",
  cmake: "cmake",
  mk: "make",
};

const NAMES: Readonly<Record<string, string>> = {
  rakefile: "ruby",
  gemfile: "ruby",
  guardfile: "ruby",
  vagrantfile: "ruby",
  podfile: "ruby",
  fastfile: "ruby",
  brewfile: "ruby",
  makefile: "make",
  gnumakefile: "make",
  dockerfile: "dockerfile",
  containerfile: "dockerfile",
  "cmakelists.txt": "cmake",
  jenkinsfile: "groovy",
  sconstruct: "python",
  sconscript: "python",
  wscript: "python",
  "build.bazel": "python",
  pkgbuild: "bash",
  ".bashrc": "bash",
  ".bash_profile": "bash",
  ".profile": "bash",
  ".zshrc": "bash",
  jakefile: "javascript",
};

const PROGRAMS: readonly (readonly [RegExp, string])[] = [
  [/^(?:ba|z|k|da|a)?sh$/u, "bash"],
  [/^(?:python|pypy)[\d.]*$/u, "python"],
  [/^(?:node|nodejs|bun)$/u, "javascript"],
  [/^(?:ts-node|tsx|deno)$/u, "typescript"],
  [/^j?ruby[\d.]*$/u, "ruby"],
  [/^php[\d.]*$/u, "php"],
  [/^scala$/u, "scala"],
  [/^swift$/u, "swift"],
  [/^perl[\d.]*$/u, "perl"],
];
/** What only C++ writes in a header. */
const CPP_HEAD =
  /^\s*(?:class\s+\w|namespace\b|template\s*<|using\s+\w|(?:public|private|protected)\s*:|constexpr\b)|\bstd::|#\s*include\s*<(?:c?string|vector|memory|map|utility|functional|iostream|optional)>/mu;
const SHEBANG = /^#!\s*(?:\S*\/)?([^\s/]+)(?:[ \t]+(?:-\S+[ \t]+|\w+=\S+[ \t]+)*(\S+))?/u;

/** A file's language by its extension, its name, or its first line; `head` is how its text begins, some kilobytes of it. */
export function languageOf(path: string, head: string): string {
  const name = basename(path).toLowerCase();
  const extension = extname(name).slice(1);
  if (extension === "h") return CPP_HEAD.test(head) ? "cpp" : "c";
  // a makefile's include files and PHP's have the same name
  if (extension === "inc" && !head.includes("<?php")) return "text";
  const known = own(EXTENSIONS, extension) ?? own(NAMES, name) ?? byPrefix(name);
  return known ?? byShebang(head) ?? "text";
}

function own(table: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

function byPrefix(name: string): string | undefined {
  const stem = /^(?:dockerfile|makefile|jenkinsfile)(?=\.)/u.exec(name)?.[0];
  return stem === undefined ? undefined : own(NAMES, stem);
}

function byShebang(head: string): string | undefined {
  const [, program, argument] = SHEBANG.exec(head.replace(/^\uFEFF/u, "").slice(0, 200)) ?? [];
  const runs = program === "env" ? argument?.split("/").at(-1) : program;
  return PROGRAMS.find(([pattern]) => runs !== undefined && pattern.test(runs))?.[1];
}
