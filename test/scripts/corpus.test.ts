import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import * as z from "zod";
import { isExcluded } from "../../scripts/train-embeddings/corpus/is-excluded.ts";
import { isLibraryCode } from "../../scripts/train-embeddings/corpus/is-library-code.ts";
import { isPermissive } from "../../scripts/train-embeddings/corpus/is-permissive.ts";
import { keepCorpus } from "../../scripts/train-embeddings/corpus/keep-corpus.ts";
import { readDebianLicence } from "../../scripts/train-embeddings/corpus/read-debian-licence.ts";
import { dropForeign, readLicence } from "../../scripts/train-embeddings/corpus/read-licence.ts";
import { readManifest } from "../../scripts/train-embeddings/corpus/read-manifest.ts";
import { checkPackage, packageFolder, type Registry } from "../../scripts/packages/package.ts";

const QUERIES = join(import.meta.dirname, "../../scripts/bench/search/queries");
const Asked = z.object({ registry: z.string(), name: z.string() });

/** `@tanstack/query-core` is asked about: neither it nor `tanstack-query-core` in another registry is trained on. */
function plainName(name: string): string {
  const known = name.toLowerCase().replace(/^(?:ruby|php|python3?|node|golang|lib)-/u, "");
  const last = known.split(/[/:]/u).findLast((part) => !/^v\d+$/u.test(part)) ?? known;
  return last.replaceAll(/[^a-z0-9]/gu, "");
}

describe("the manifest", () => {
  const manifest = readManifest();

  test("holds no project that retrieval benchmarks use", () => {
    expect(manifest.filter(({ name }) => isExcluded(name))).toEqual([]);
  });

  test("holds nothing that our own benchmark asks about", () => {
    const files = readdirSync(QUERIES).filter((name) => name.endsWith(".json"));
    const asked = files.map((name) => Asked.parse(JSON.parse(readFileSync(join(QUERIES, name), "utf8"))));
    const names = new Set(asked.map(({ name }) => plainName(name)));
    expect(names.size).toBeGreaterThan(9);
    expect(manifest.filter(({ name }) => names.has(plainName(name)))).toEqual([]);
  });

  test("holds permissive licences only", () => {
    expect(manifest.filter(({ licence }) => !isPermissive(licence))).toEqual([]);
  });

  test("holds a few hundred packages in ten languages and more, each once and at one version", () => {
    expect(manifest.length).toBeGreaterThan(300);
    const languages = new Set(manifest.flatMap((listed) => listed.languages));
    expect(languages.size).toBeGreaterThanOrEqual(10);
    const folders = manifest.map((listed) => packageFolder(listed, ""));
    expect(new Set(folders).size).toBe(folders.length);
    const names = manifest.map(({ registry, name }) => `${registry} ${name}`);
    expect(new Set(names).size).toBe(names.length);
    expect(manifest.filter(({ version }) => !/\d/u.test(version))).toEqual([]);
    for (const listed of manifest) checkPackage(listed);
  });
});

describe("what is excluded", () => {
  test.each([
    "actix-web",
    "@nestjs/core",
    "@trpc/server",
    "vue",
    "vuex",
    "vue-router",
    "@vue/runtime-core",
    "nuxt",
    "react-dom",
    "mobx-react",
    "@reduxjs/toolkit",
    "ioredis",
    "ruby-redis",
    "github.com/gin-gonic/gin",
    "github.com/go-chi/chi/v5",
    "go.uber.org/zap",
    "github.com/prometheus/client_golang",
    "go.etcd.io/etcd/server/v3",
    "go.etcd.io/bbolt",
    "google.golang.org/grpc",
    "github.com/syndtr/goleveldb",
    "serde_json",
    "tokio-util",
    "clap_builder",
    "diesel_derives",
    "rayon-core",
    "fd-find",
    "bat",
    "regex-automata",
    "regex-syntax",
    "cxx",
    "cxxbridge-flags",
    "libgit2-sys",
    "git2",
    "curl-sys",
    "org.springframework:spring-core",
    "com.fasterxml.jackson.core:jackson-databind",
    "org.junit.jupiter:junit-jupiter-api",
    "com.google.code.gson:gson",
    "com.squareup.okhttp3:okhttp",
    "org.apache.lucene:lucene-core",
    "org.eclipse.jgit:org.eclipse.jgit",
    "ruby-activerecord",
    "ruby-actioncable",
    "rails",
    "ruby-rack-test",
    "symfony",
    "php-symfony-polyfill",
    "php-illuminate-support",
    "php-laravel-framework",
    "php-doctrine-dbal",
    "php-sabre-dav",
    "django-filter",
    "djangorestframework",
    "Flask-Login",
    "pytest-asyncio",
    "nlohmann-json3",
    "libspdlog",
    "fmtlib",
    "socket.io-parser",
    "engine.io",
    "@tanstack/query-core",
    "@tanstack/react-query",
    "@effect/platform",
    "ruby-sass",
    "php-league-commonmark",
    "harfbuzz-sys",
    "libduckdb-sys",
  ])("%s", (name) => {
    expect(isExcluded(name)).toBe(true);
  });

  test.each([
    "jinja2",
    "preact",
    "reactor-core",
    "rxjava",
    "adaptive-expressions",
    "github.com/spf13/viper",
    "clickhouse",
    "springy",
    "nextcloud",
    "msgpack-cxx",
    "gotham",
    "@tanstack/table-core",
    "fastjson",
    "textual",
    "effective",
    "vitess.io/vitess",
  ])("%s is another project", (name) => {
    expect(isExcluded(name)).toBe(false);
  });
});

describe("which files are taken", () => {
  test.each([
    ["src/a.ts", true],
    ["lib/a/b.rb", true],
    ["usr/lib/ruby/vendor_ruby/a.rb", true],
    ["org/apache/commons/A.java", true],
    ["src/a.d.ts", false],
    ["src/a.test.ts", false],
    ["a_test.go", false],
    ["pkg/test_a.py", false],
    ["org/ATest.java", false],
    ["tests/a.py", false],
    ["node_modules/a/a.js", false],
    ["pip/_vendor/x/a.py", false],
    ["third_party/x/a.c", false],
    ["src/redis/client.py", false],
    ["deps/curl/lib.c", false],
    ["Utilities/cmlibuv/src/a.c", false],
    ["include/json.hpp", false],
    ["static/lodash.custom.js", false],
    ["dist/a.min.js", false],
    ["api/zz_generated.deepcopy.go", false],
    ["a_pb2.py", false],
    ["README.md", false],
  ])("%s: %s", (path, taken) => {
    expect(isLibraryCode(path, 1000)).toBe(taken);
  });

  test("neither an empty file nor one that is as large as a bundle", () => {
    expect([0, 400_001].map((bytes) => isLibraryCode("src/a.ts", bytes))).toEqual([false, false]);
  });

  test("of one package its own languages and folders, its terms, and no more than 60 MB", () => {
    const keep = keepCorpus({ languages: ["TypeScript"], folders: ["src"] });
    expect(keep("src/a.ts", 1000)).toBe(true);
    expect(keep("src/a.js", 1000)).toBe(false);
    expect(keep("dist/a.ts", 1000)).toBe(false);
    expect(keep("LICENSE", 1000)).toBe(true);
    expect(keep("package.json", 1000)).toBe(true);
    const taken = Array.from({ length: 1000 }, () => keep("src/b.ts", 100_000)).filter(Boolean);
    expect(taken.length).toBe(599);
  });

  test("headers of C++ are taken, though they look like C", () => {
    expect(keepCorpus({ languages: ["C++"] })("src/a.h", 1)).toBe(true);
    expect(keepCorpus({ languages: ["Ruby"] })("src/a.h", 1)).toBe(false);
  });
});

describe("which licences are permissive", () => {
  test.each([
    ["MIT", true],
    ["Apache-2.0", true],
    ["mit", true],
    ["MIT OR GPL-3.0-only", true],
    ["GPL-3.0-only OR MIT", true],
    ["MIT AND GPL-3.0-only", false],
    ["(MIT OR Apache-2.0) AND Unicode-3.0", false],
    ["(MIT OR GPL-2.0-only) AND (BSD-3-Clause AND ISC)", true],
    ["MIT AND GPL-2.0-only OR MIT", true],
    ["Apache-2.0 WITH LLVM-exception", true],
    ["Apache-2.0 WITH LLVM-exception OR MPL-2.0", true],
    ["MPL-2.0", false],
    ["LGPL-2.1", false],
    ["PHP-3.01", false],
    ["", false],
    ["MIT OR", false],
    ["MIT MIT", false],
    ["(MIT", false],
    ["MIT)", false],
  ])("%s: %s", (expression, permissive) => {
    expect(isPermissive(expression)).toBe(permissive);
  });

  test("any expression is what its choices and sums come to", () => {
    type Tree = string | readonly [Tree, "AND" | "OR", Tree];
    const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
      tree: fc.oneof(
        { depthSize: "small" },
        fc.constantFrom("MIT", "GPL-3.0", "ISC", "MPL-2.0"),
        fc.tuple(tie("tree"), fc.constantFrom("AND" as const, "OR" as const), tie("tree")),
      ),
    }));
    const write = (node: Tree): string =>
      typeof node === "string" ? node : `(${write(node[0])} ${node[1]} ${write(node[2])})`;
    const judge = (node: Tree): boolean => {
      if (typeof node === "string") return node === "MIT" || node === "ISC";
      return node[1] === "AND" ? judge(node[0]) && judge(node[2]) : judge(node[0]) || judge(node[2]);
    };
    fc.assert(
      fc.property(tree, (node) => {
        expect(isPermissive(write(node))).toBe(judge(node));
      }),
    );
  });
});

describe("reading licences", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "plumb-licence-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function lay(files: Readonly<Record<string, string>>): void {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
  }

  const MIT =
    "Permission is hereby granted, free of charge, to any\n person obtaining a copy of this software";
  const GPL = "GNU GENERAL PUBLIC LICENSE Version 3";
  const APACHE = "/*\n * Licensed under the Apache License,\n * Version 2.0 (the License)\n */\nclass A {}";

  const rows: readonly (readonly [Registry, Record<string, string>, string | undefined])[] = [
    ["npm", { "package.json": '{"license":"ISC"}', LICENSE: MIT }, "ISC"],
    ["npm", { "package.json": '{"license":"SEE LICENSE IN LICENSE"}', LICENSE: GPL }, "GPL"],
    ["npm", { "package.json": '{"license":{"type":"MIT"}}' }, undefined],
    ["crates", { "Cargo.toml": '[package]\nlicense = "MIT/Apache-2.0"' }, "MIT OR Apache-2.0"],
    ["pypi", { "a-1.dist-info/METADATA": "License-Expression: BSD-3-Clause\n\nMIT" }, "BSD-3-Clause"],
    ["pypi", { "a-1.dist-info/METADATA": "Classifier: License :: OSI Approved :: MIT License\n" }, "MIT"],
    ["pypi", { "a-1.dist-info/METADATA": "License: GPLv3\n\nLicense: MIT" }, "GPL"],
    [
      "pypi",
      {
        "a-1.dist-info/METADATA":
          "Classifier: License :: OSI Approved :: MIT License\nClassifier: License :: OSI Approved :: GNU General Public License v2 (GPLv2)\n",
      },
      "MIT AND GPL",
    ],
    ["go", { LICENSE: MIT }, "MIT"],
    ["go", { LICENSE: MIT, COPYING: GPL }, "GPL AND MIT"],
    ["go", { "a.go": "package a" }, undefined],
    [
      "maven",
      {
        "pom.xml":
          "<licenses><license><name>The Apache Software License, Version 2.0</name></license></licenses>",
      },
      "Apache-2.0",
    ],
    [
      "maven",
      {
        "pom.xml":
          "<licenses><license><name>EPL</name></license><license><name>MIT</name></license></licenses>",
      },
      "unknown OR MIT",
    ],
    ["maven", { "pom.xml": "<project/>", "a/A.java": APACHE, "a/B.java": APACHE }, "Apache-2.0"],
    ["maven", { "pom.xml": "<project/>", "a/A.java": APACHE, "a/B.java": `/* ${GPL} */` }, undefined],
    [
      "maven",
      { "pom.xml": "<project/>", "a/A.java": APACHE, "a/B.java": "class B {}", "a/C.java": "class C {}" },
      undefined,
    ],
    [
      "debian",
      { "usr/share/doc/a/copyright": "Files: *\nLicense: Expat\n\nFiles: debian/*\nLicense: GPL-2+\n" },
      "MIT",
    ],
    [
      "debian",
      { "usr/share/doc/a/copyright": "Files: *\nLicense: Expat\n\nFiles: x/*\nLicense: GPL-2+\n" },
      "MIT AND gpl-2+",
    ],
    ["debian", { "usr/share/doc/a/copyright": "It was packaged by somebody." }, undefined],
  ];

  test.each(rows)("%s %j: %s", (registry, files, licence) => {
    lay(files);
    expect(readLicence(registry, folder)).toBe(licence);
  });

  const COPYRIGHT = `Format: x

Files: *
Copyright: a
License: BSD-3-clause~google

Files: src/gpl.c
 src/deep/*.h
Copyright: b
License: GPL-2+

Files: src/deep/free.h
License: Expat or GPL-2+

License: GPL-2+
 words
`;

  test("of a Debian source the last stanza that names a file counts", () => {
    const licenceOf = readDebianLicence(COPYRIGHT);
    expect(["a.c", "src/gpl.c", "src/deep/x/y.h", "src/deep/free.h"].map(licenceOf)).toEqual([
      "BSD-3-Clause",
      "gpl-2+",
      "gpl-2+",
      "(MIT OR gpl-2+)",
    ]);
  });

  test("of a Debian source the code under another licence is dropped, and the rest says what it is", () => {
    lay({
      "debian/copyright": COPYRIGHT,
      "a.c": "a",
      "src/gpl.c": "a",
      "src/deep/b.h": "a",
      "src/deep/free.h": "a",
    });
    expect(readLicence("debian-source", folder)).toContain("gpl-2+");
    dropForeign(folder);
    expect(readdirSync(join(folder, "src"), { recursive: true, encoding: "utf8" }).toSorted()).toEqual([
      "deep",
      "deep/free.h",
    ]);
    expect(readLicence("debian-source", folder)).toBe("BSD-3-Clause AND (MIT OR gpl-2+)");
  });

  test("code that no stanza names is not taken", () => {
    lay({ "debian/copyright": "in words", "a.c": "a" });
    dropForeign(folder);
    expect(readdirSync(folder)).toEqual(["debian"]);
  });
});
