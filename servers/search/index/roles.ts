import type { FileRole } from "../store/shapes.ts";

/** Characters of a file's beginning that may say that a program wrote it. */
export const HEAD_CHARS = 2_000;

/** By the name of the file alone. */
const NAMES: readonly (readonly [FileRole, RegExp])[] = [
  [
    "generated",
    /(?:\.pb(?:\.\w+)?\.(?:go|cc|h|c|dart|swift)|_pb2(?:_grpc)?\.pyi?|_pb\.(?:js|d\.ts|rb)|_grpc_pb\.js|\.g(?:en|enerated)?\.(?:cs|dart|go|ts|tsx|js|rs|kt|swift)|\.designer\.(?:cs|vb)|\.freezed\.dart|_generated\.(?:go|rs|py|ts|js|h|cc|cpp)|zz_generated\..+|.*_string\.go|bindata\.go|[.-]min\.(?:js|css|mjs|cjs)|\.bundle\.js|\.(?:js|css|mjs|cjs)\.map|\.tab\.[ch](?:pp)?|\.yy\.[ch]|lex\.\w+\.c|(?:lexer|parser|lex)tab\.py|parsetab\.py|(?:lexer|parser)\.(?:interp|tokens))$/u,
  ],
  [
    "generated",
    /^(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|deno\.lock|cargo\.lock|poetry\.lock|pdm\.lock|uv\.lock|pipfile\.lock|composer\.lock|gemfile\.lock|go\.sum|go\.work\.sum|flake\.lock|mix\.lock|pubspec\.lock|podfile\.lock|package\.resolved|packages\.lock\.json|gradle\.lockfile|conan\.lock|\.terraform\.lock\.hcl|third[-_]party[-_]licenses.*)$/u,
  ],
  [
    "test",
    /^(?:tests?|conftest|testing|bench|benchmarks?|fuzz|(?:test|fuzz|bench)[-_].+|.+(?:_tests?|-tests?|_spec|-spec|_unittest|_benchmark|_bench|_fuzzer|\.tests?|\.spec|\.bench|\.e2e|\.cy|\.itest|_testing|_test_helper))\.(?:[cm]?[jt]sx?|py|pyi|go|rb|rs|c|cc|cpp|cxx|h|hpp|java|kt|php|cs|scala|swift|dart|lua|sh|bash|exs?|ml|hs|vue|svelte)$/u,
  ],
  ["test", /\.(?:bats|feature|snap|phpt)$|^(?:jest|vitest|karma|playwright|cypress)\.config\.\w+$/u],
  ["example", /(?:^examples?|[._-](?:examples?|stories|story|demo))\.\w+$/u],
  ["config", /^cmakelists\.txt$|^requirements.*\.txt$/u],
  ["docs", /\.(?:md|mdx|markdown|rst|adoc|asciidoc|txt|textile|org|pod|rdoc|tex|man|[1-8])$/u],
  [
    "docs",
    /^(?:readme|license|licence|copying|notice|authors|contributors|changelog|changes|history|news|todo|install|codeowners|maintainers)(?:[._-].*)?$/u,
  ],
  [
    "config",
    /\.(?:json|jsonc|json5|ya?ml|toml|ini|cfg|conf|properties|xml|plist|editorconfig|gradle|cmake|mk|ninja|bazel|bzl|nix|csproj|vbproj|fsproj|sln|props|targets|gemspec|podspec|cabal|lock|env|example|tf|tfvars|hcl|desktop|service|pom|sbt)$|\.gradle\.kts$/u,
  ],
  [
    "config",
    /^(?:dockerfile|containerfile|makefile|gnumakefile|meson\.build|build|workspace|rakefile|gemfile|podfile|brewfile|procfile|vagrantfile|jenkinsfile|justfile|configure\.ac|setup\.py|noxfile\.py|package\.swift|build\.rs|\..+)(?:\..*)?$|(?:\.|^)(?:config|conf|rc)\.[cm]?[jt]s$/u,
  ],
];

/** Tests by the habits of languages that tell large letters from small ones: `StoreTest.java`, `StoreTests.cs`. */
const CASED_TESTS =
  /(?:^Test[A-Z]\w*|(?:Tests?|TestCase|TestBase|Specs?|IT|ITCase|Benchmarks?|Fixture|TestSuite))\.(?:java|kts?|scala|groovy|cs|vb|fs|swift|php|mm?|dart|hs|tsx?|jsx?|cpp|cc)$/u;

/** By the name of a folder on the way to the file, wherever it stands. */
const FOLDERS: readonly (readonly [FileRole, RegExp])[] = [
  [
    "vendored",
    /^(?:vendor|vendored|_vendor|third[-_]?party|3rdparty|node_modules|bower_components|pods|godeps|carthage|site-packages)$/u,
  ],
  ["generated", /^(?:generated|__generated__|gen-src|generated-sources|\.generated|autogen)$/u],
  [
    "test",
    /^(?:tests?|__tests?__|specs?|e2e|unittests?|(?:integration|unit|functional|acceptance|system|regression|smoke)[-_]?tests?|tests?[-_](?:data|cases|fixtures|utils?|helpers|support|suite|resources|integration|unit|files|projects)|testdata|testcases|testutils?|testsuite|testfixtures|[\w.-]+[-_.](?:(?:unit|integration)?tests?|specs?|testing)|fixtures|__fixtures__|mocks|__mocks__|__snapshots__|snapshots|bench|benches|benchmarks?|perf|fuzz|fuzz(?:ers|ing|[-_]targets)|cypress|androidtest|(?:jvm|common|js|native|ios|desktop|shared)test)$/u,
  ],
  ["example", /^(?:examples?|[\w-]+[-_]examples?|samples?|demos?|tutorials?|playground|recipes|showcase)$/u],
  ["docs", /^(?:docs?|documentation|docs[-_]src|website|site|man|javadoc|_posts|wiki|blog)$/u],
  [
    "tools",
    /^(?:scripts?|tools?|tooling|ci|\.ci|\.github|\.gitlab|\.circleci|\.buildkite|\.azure-pipelines|\.husky|hack|dev|devtools|contrib|maint|misc|release|packaging|build-tools|buildscripts|\.devcontainer)$/u,
  ],
];

/** Words that also name ordinary parts of a program: they count only as the first folder. */
const TOP_FOLDERS: readonly (readonly [FileRole, RegExp])[] = [
  ["vendored", /^(?:deps|external|externals|extern|submodules|subprojects|3p|dependencies)$/u],
];
/** And these count there only, since deeper they are what the program is about: `src/tools/`, `lib/site/`. */
const ONLY_TOP =
  /^(?:docs?|website|site|man|wiki|blog|tools?|dev|ci|misc|release|script|perf|recipes|hack|contrib)$/u;
/** Folders that stand around the folders of a project: what follows them is at its top. */
const AROUND = /^(?:packages|crates|apps|modules|libs|plugins|projects|java|python|js|go|rust)$/u;

const COMMENT = /^\s*(?:\/\/|\/?\*|#|--|;|%|<!--|"|'|\(\*|@generated)/u;
const WRITTEN_BY_PROGRAM =
  /\bcode generated\b.*\bdo not (?:edit|modify)|@generated\b|\b(?:auto-?generated|automatically generated|autogenerated) (?:by|from|file|code|with|using)|\b(?:file|code|source) (?:is|was|has been) (?:auto-?(?:matically )?)?generated\b|\bgenerated (?:automatically )?(?:by|from|with|using) .*(?:do not (?:edit|modify|change)|protoc|protocol buffer|antlr|bison|flex|javacc|swig|thrift|openapi|swagger|bindgen|ragel|re2c|lemon|peg|yacc|autoconf|automake|cython)|\bgenerated by (?:the )?(?:protocol buffer|antlr|javacc|swig|cython|thrift|ragel|re2c|mockgen|stringer)|\bA (?:Bison parser|lexical scanner generated)|\bdo not edit\b.*\bgenerated|^\W*(?:auto-?generated|autogenerated)\W*$/iu;
/** Lines of a file's beginning that are looked at. */
const HEAD_LINES = 12;

/**
 * What a file is for, by its path below the root and its first `HEAD_CHARS` characters. Declarations of types
 * (`.d.ts`) are code.
 */
export function roleOf(path: string, head: string): FileRole {
  const folders = path.toLowerCase().split("/");
  const cased = path.slice(path.lastIndexOf("/") + 1);
  const name = folders.pop() ?? "";
  const byFolder = roleOfFolders(folders);
  if (byFolder === "vendored") return byFolder;
  const byName = find(NAMES, name);
  if (byName === "generated" || isWrittenByProgram(head)) return "generated";
  if (byFolder === "generated" || byFolder === "test") return byFolder;
  if (byName === "test" || CASED_TESTS.test(cased)) return "test";
  return byFolder ?? byName ?? "code";
}

function roleOfFolders(folders: readonly string[]): FileRole | undefined {
  const found = folders.flatMap((folder, index) => {
    const isTop =
      folders.slice(0, index).every((above) => AROUND.test(above)) ||
      (index === 2 && AROUND.test(folders[0] ?? ""));
    if (!isTop && ONLY_TOP.test(folder)) return [];
    return [find(FOLDERS, folder) ?? (isTop ? find(TOP_FOLDERS, folder) : undefined)];
  });
  // a test among examples is a test, whatever stands above; what is vendored is so as a whole
  const order: readonly FileRole[] = ["vendored", "generated", "test", "example", "docs", "tools"];
  return order.find((role) => found.includes(role));
}

function find(table: readonly (readonly [FileRole, RegExp])[], name: string): FileRole | undefined {
  return table.find(([, pattern]) => pattern.test(name))?.[0];
}

/** Only a comment says so: a program that writes such a line is no such file. */
function isWrittenByProgram(head: string): boolean {
  const lines = head.slice(0, HEAD_CHARS).split("\n", HEAD_LINES);
  return lines.some((line, index) => {
    const isComment =
      COMMENT.test(line) || (index > 0 && /^\s*(?:\/\*|"""|''')/u.test(lines[index - 1] ?? ""));
    return isComment && line.length < 300 && WRITTEN_BY_PROGRAM.test(line);
  });
}
