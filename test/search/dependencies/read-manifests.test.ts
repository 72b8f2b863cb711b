import { describe, expect, test } from "vitest";
import { manifestReader } from "../../../servers/search/dependencies/find-manifests.ts";
import { readPackageTables } from "../../../servers/search/dependencies/read-cargo.ts";
import {
  readPackageLock,
  readPnpmLock,
  readYarnLock,
} from "../../../servers/search/dependencies/read-npm.ts";

/** `name range group line`, one for each. */
function declared(path: string, text: string): string[] {
  const read = manifestReader(path);
  if (read === undefined) throw new Error(`no reader for ${path}`);
  return read(text, path).declared.map(({ name, range, group, line }) => `${name} ${range} ${group} ${line}`);
}

describe("a manifest's packages are told with range, group and line", () => {
  test("package.json", () => {
    const text = `{
  "name": "zod",
  "dependencies": { "zod": "^4.0.0",
    "@scope/a": "1.x" },
  "devDependencies": {
    "vitest": "4.1.0"
  },
  "peerDependencies": { "zod": ">=3" }
}`;
    expect(declared("package.json", text)).toEqual([
      "zod ^4.0.0  3",
      "@scope/a 1.x  4",
      "vitest 4.1.0 dev 6",
      "zod >=3 peer 8",
    ]);
  });

  test("Cargo.toml, with renamed, inherited, path and platform packages", () => {
    const text = `[package]
name = "x"
[dependencies]
serde = { version = "1.0", features = ["derive"] }
json = { package = "serde_json", version = "1" }
here = { path = "../here" }
tokio.workspace = true
[dev-dependencies]
tempfile = "3"
[target.'cfg(unix)'.dependencies]
libc = "0.2"
[workspace.dependencies]
rayon = "1.10"
`;
    expect(declared("crates/x/Cargo.toml", text)).toEqual([
      "serde 1.0  4",
      "serde_json 1  5",
      "here path ../here  6",
      "tokio as the workspace says  7",
      "tempfile 3 dev 9",
      "libc 0.2  11",
      "rayon 1.10 workspace 13",
    ]);
  });

  test("Cargo.toml as a registry has it: each in a table of its own, named elsewhere too", () => {
    const text = `# serde, libc and log are what it needs
[package]
name = "x"
keywords = ["serde", "log"]
[dependencies.jiff]
version = "0.2"
features = [
    "serde",
]

[dependencies.serde]
version = "1.0"

[dev-dependencies.log]
version = "0.4"
[target.'cfg(target_os = "linux")'.dependencies.libc]
version = "0.2"
[target."cfg(windows)".build-dependencies]
"log" = "0.3"
`;
    expect(declared("Cargo.toml", text)).toEqual([
      "jiff 0.2  5",
      "serde 1.0  11",
      "log 0.4 dev 14",
      "libc 0.2  16",
      "log 0.3 build 19",
    ]);
    expect(declared("Cargo.toml", text.replaceAll("\n", "\r\n"))).toEqual(declared("Cargo.toml", text));
  });

  test("pyproject.toml of both families", () => {
    const text = `[project]
name = "x"
dependencies = [
  "httpx[http2]>=0.27,<1; python_version > '3.8'",
  "rich",
]
[project.optional-dependencies]
docs = ["sphinx ~= 7.0"]
[dependency-groups]
lint = ["ruff==0.5", { include-group = "docs" }]
[tool.poetry.dependencies]
python = "^3.11"
pendulum = "^3.0"
boto3 = { version = "1.34", optional = true }
[tool.poetry.group.test.dependencies]
pytest = "*"
`;
    expect(declared("pyproject.toml", text)).toEqual([
      "httpx >=0.27,<1  4",
      "rich   5",
      "sphinx ~= 7.0 docs 8",
      "ruff ==0.5 lint 10",
      "pendulum ^3.0  13",
      "boto3 1.34  14",
      "pytest * test 16",
    ]);
  });

  test("requirements files, without options, addresses and comments", () => {
    const text = `# what we need
-r base.txt
--index-url x
Flask>=2 # web
git+ssh://host/x.git
uvicorn[standard] == 0.30 ; sys_platform == "linux"
pandas==2.2 \\
    --hash=sha256:00
`;
    const expected = ["Flask >=2 dev 4", "uvicorn == 0.30 dev 6", "pandas ==2.2 dev 7"];
    expect(declared("requirements-dev.txt", text)).toEqual(expected);
    expect(declared("requirements/dev.txt", text)).toEqual(expected);
    expect(declared("dev-requirements.txt", text)).toEqual(expected);
  });

  test("go.mod", () => {
    const text = `module example.com/x

require golang.org/x/sync v0.7.0
require (
\tgithub.com/a/b/v2 v2.1.0
\tgithub.com/c/d v0.0.0-2024 // indirect
)
replace github.com/a/b/v2 => ../b
`;
    expect(declared("go.mod", text)).toEqual([
      "golang.org/x/sync v0.7.0  3",
      "github.com/a/b/v2 v2.1.0  5",
      "github.com/c/d v0.0.0-2024 indirect 6",
    ]);
  });

  test("pom.xml, with properties and managed versions", () => {
    const text = `<project>
  <version>9</version>
  <properties><a.version>1.2</a.version><ring>\${ring}</ring></properties>
  <dependencyManagement><dependencies><dependency>
    <groupId>g</groupId><artifactId>managed</artifactId><version>7</version>
  </dependency></dependencies></dependencyManagement>
  <dependencies>
    <dependency><groupId>g</groupId><artifactId>a</artifactId><version>\${a.version}</version></dependency>
    <dependency><groupId>g</groupId><artifactId>own</artifactId><version>\${project.version}</version><scope>test</scope></dependency>
    <dependency><groupId>h</groupId><artifactId>open</artifactId></dependency>
    <dependency><groupId>h</groupId><artifactId>round</artifactId><version>\${ring}</version></dependency>
  </dependencies>
</project>`;
    expect(declared("pom.xml", text)).toEqual([
      "g:a 1.2  8",
      "g:own 9 test 9",
      "h:open   10",
      "h:round ${ring}  11",
    ]);
    const managed = text.replace(
      "<groupId>h</groupId><artifactId>open",
      "<groupId>g</groupId><artifactId>managed",
    );
    expect(declared("pom.xml", managed)).toContain("g:managed 7  5");
  });
});

describe("a lock's versions are told by name", () => {
  test("package-lock.json, the top only", () => {
    const lock = {
      packages: {
        "": { version: "1.0.0" },
        "node_modules/@s/a": { version: "1.1.0" },
        "node_modules/@s/a/node_modules/b": { version: "9.9.9" },
        "node_modules/b": { version: "2.0.0" },
      },
    };
    expect([...readPackageLock(JSON.stringify(lock))]).toEqual([
      ["@s/a", ["1.1.0"]],
      ["b", ["2.0.0"]],
    ]);
  });

  test("yarn.lock, both versions", () => {
    const text = `# yarn lockfile v1
"@s/a@^1", "@s/a@^1.1":
  version "1.1.0"
b@2:
  version "2.0.0"
"c@npm:^3":
  version: 3.0.1
`;
    expect([...readYarnLock(text)]).toEqual([
      ["@s/a", ["1.1.0"]],
      ["b", ["2.0.0"]],
      ["c", ["3.0.1"]],
    ]);
  });

  test("pnpm-lock.yaml, the importers only", () => {
    const text = `importers:
  .:
    dependencies:
      '@s/a':
        specifier: ^1
        version: 1.1.0(react@18)
      b:
        specifier: 2
        version: 2.0.0
packages:
      c:
        version: 3
`;
    expect([...readPnpmLock(text)]).toEqual([
      ["@s/a", ["1.1.0"]],
      ["b", ["2.0.0"]],
    ]);
  });

  test("Cargo.lock, poetry.lock, uv.lock", () => {
    const text = `[[package]]
name = "a"
version = "1.0.0"
dependencies = ["b"]

[[package]]
name = "a"
version = "2.0.0"

[metadata]
version = "9"
`;
    expect([...readPackageTables(text)]).toEqual([["a", ["1.0.0", "2.0.0"]]]);
  });
});
