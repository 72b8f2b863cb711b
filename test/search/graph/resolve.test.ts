import fc from "fast-check";
import { expect, test } from "vitest";
import { resolve } from "../../../servers/search/graph/resolve.ts";
import { indexed } from "./indexed.ts";

/** What each reference to a name means: `path:line name -> path:scope.name confidence`. */
async function meanings(files: Readonly<Record<string, string>>, ...names: string[]): Promise<string[]> {
  await using index = await indexed(files);
  const { reader, lookups } = index;
  return reader
    .files()
    .flatMap(({ id }) => reader.referencesIn(id))
    .filter(({ name }) => names.includes(name))
    .map((mention) => {
      const { targets, outside, ambiguous } = resolve(mention, lookups);
      const means = targets.map(
        ({ definition: { path, scope, name }, confidence }) =>
          `${path}:${[scope, name].filter((part) => part !== "").join(".")} ${confidence}`,
      );
      const what = outside ? "outside" : ambiguous ? "ambiguous" : means.toSorted().join(", ");
      return `${mention.path}:${mention.line} ${mention.name} -> ${what}`;
    })
    .toSorted();
}

test("TypeScript: relative imports, index files, aliases and defaults lead to what they name", async () => {
  const files = {
    "src/store/open.ts": "export function open() {}\nexport default class Store {}\n",
    "src/store/index.ts": "export { open } from './open.ts';\nexport * from './close';\n",
    "src/store/close.ts": "export function shut() {}\n",
    "src/other.ts": "export function open() {}\nexport function shut() {}\n",
    "src/a.ts": "import { open } from './store/index.js';\nopen();\n",
    "src/b.ts": "import { open as begin, shut } from './store';\nbegin();\nshut();\n",
    "src/c.ts": "import Kept from './store/open';\nnew Kept();\n",
    "src/d.ts": "import * as store from './store';\nstore.open();\n",
    "src/e.ts": "import { open } from 'node:fs';\nopen();\n",
    "src/f.ts": "open();\n",
    "src/g.ts": "import { open } from '@/store/open';\nopen();\n",
  };
  expect(await meanings(files, "open", "begin", "shut", "Kept")).toEqual([
    "src/a.ts:2 open -> src/store/open.ts:open import",
    "src/b.ts:2 begin -> src/store/open.ts:open import",
    "src/b.ts:3 shut -> src/store/close.ts:shut import",
    "src/c.ts:2 Kept -> src/store/open.ts:Store import",
    "src/d.ts:2 open -> src/store/open.ts:open import",
    "src/e.ts:2 open -> outside",
    "src/f.ts:1 open -> src/other.ts:open name, src/store/open.ts:open name",
    "src/g.ts:2 open -> src/store/open.ts:open import",
  ]);
});

test("TypeScript: the same method in two classes is told apart by this, by inheritance and by the variable", async () => {
  const files = {
    "src/a.ts": "export class Alpha {\n  run() {}\n  go() {\n    this.run();\n  }\n}\n",
    "src/b.ts": "export class Beta {\n  run() {}\n}\n",
    "src/c.ts":
      "import { Alpha } from './a';\nexport class Gamma extends Alpha {\n  play() {\n    this.run();\n    super.run();\n  }\n}\n",
    "src/d.ts":
      "import { Alpha } from './a';\nimport { Beta } from './b';\nexport function go(alpha: Alpha, beta: Beta, other: unknown) {\n  alpha.run();\n  beta.run();\n  other.run();\n}\n",
  };
  expect(await meanings(files, "run")).toEqual([
    "src/a.ts:4 run -> src/a.ts:Alpha.run file",
    "src/c.ts:4 run -> src/a.ts:Alpha.run file",
    "src/c.ts:5 run -> src/a.ts:Alpha.run file",
    "src/d.ts:4 run -> src/a.ts:Alpha.run import",
    "src/d.ts:5 run -> src/b.ts:Beta.run import",
    "src/d.ts:6 run -> src/a.ts:Alpha.run import, src/b.ts:Beta.run import",
  ]);
});

test("TypeScript: an inner function hides an outer one, and a method is no function", async () => {
  const files = {
    "src/a.ts":
      "import { help } from './b';\nexport class Box {\n  help() {}\n  go() {\n    help();\n  }\n}\nexport function outer() {\n  function inner() {}\n  inner();\n}\nexport function inner() {}\nexport function last() {\n  inner();\n}\n",
    "src/b.ts": "export function help() {}\n",
  };
  expect(await meanings(files, "help", "inner")).toEqual([
    "src/a.ts:10 inner -> src/a.ts:outer.inner file",
    "src/a.ts:14 inner -> src/a.ts:inner file",
    "src/a.ts:5 help -> src/b.ts:help import",
  ]);
});

test("Python: packages, relative modules and what __init__ passes on", async () => {
  const files = {
    "pkg/__init__.py": "from .core import load\nfrom .deep import *\n",
    "pkg/core.py": "def load():\n    pass\n\nclass Base:\n    def save(self):\n        pass\n",
    "pkg/deep.py": "def dive():\n    pass\n",
    "pkg/other.py": "def load():\n    pass\n",
    "pkg/user.py":
      "from . import core\nfrom .core import Base, load as fetch\n\nclass Child(Base):\n    def go(self):\n        self.save()\n        core.load()\n        fetch()\n",
    "app.py":
      "import pkg\nfrom pkg import load, dive\nimport pkg.other as o\nfrom os import path\n\nload()\ndive()\no.load()\npkg.load()\npath.load()\n",
  };
  expect(await meanings(files, "load", "dive", "save", "fetch")).toEqual([
    "app.py:10 load -> outside",
    "app.py:6 load -> pkg/core.py:load import",
    "app.py:7 dive -> pkg/deep.py:dive import",
    "app.py:8 load -> pkg/other.py:load import",
    "app.py:9 load -> pkg/core.py:load import",
    "pkg/user.py:6 save -> pkg/core.py:Base.save file",
    "pkg/user.py:7 load -> pkg/core.py:load import",
    "pkg/user.py:8 fetch -> pkg/core.py:load import",
  ]);
});

test("Go: a package is a folder, and methods belong to their receiver", async () => {
  const files = {
    "internal/store/store.go":
      "package store\n\ntype Store struct{}\n\nfunc Open() *Store { return helper() }\n\nfunc (s *Store) Close() { s.flush() }\n",
    "internal/store/more.go":
      "package store\n\nfunc helper() *Store { return nil }\n\nfunc (s *Store) flush() {}\n",
    "internal/cache/cache.go":
      "package cache\n\nfunc Open() {}\n\nfunc helper() {}\n\ntype Cache struct{}\n\nfunc (c *Cache) flush() {}\n",
    "main.go":
      'package main\n\nimport (\n\t"os"\n\n\t"example.com/x/internal/store"\n)\n\nfunc main() {\n\tstore.Open()\n\tos.Open()\n}\n',
  };
  expect(await meanings(files, "Open", "helper", "flush")).toEqual([
    "internal/store/store.go:5 helper -> internal/store/more.go:helper import",
    "internal/store/store.go:7 flush -> internal/store/more.go:Store.flush file",
    "main.go:10 Open -> internal/store/store.go:Open import",
    "main.go:11 Open -> outside",
  ]);
});

/** Two types with the same methods, so that no name tells them apart. */
const GO_TYPES = {
  "go.mod": "module example.com/x\n",
  "store/store.go": `package store

import "time"

type Store struct {
	Base
	Next  *Store
	gates []*Gate
	byKey map[string]Gate
	Clock time.Timer
}

type Base struct{}
type Gate struct{ run func() }
type Gates []*Gate
type Alias = Gate
type Opener interface{ Open() *Gate }

func New() (*Store, error) { return nil, nil }
func Pair() (first *Gate, second, third Store) { return }
func Any[Gate any](one Gate) Gate { return one }

func Of[T any]() *Gate { return nil }

func (s *Store) Open() *Gate { return nil }
func (s *Store) Stop() {}
func (b Base) Rest() *Gate { return nil }
func (g *Gate) Open() *Gate { return nil }
func (g *Gate) Stop() {}
`,
};

test.each([
  ["a parameter", "func f(a int, x, y *store.Gate) { y.Stop() }", "Gate"],
  ["a variable that is declared", "func f() { var x store.Gate; x.Stop() }", "Gate"],
  ["a literal", "func f() { x := &store.Gate{}; x.Stop() }", "Gate"],
  ["what a function with types gives", "func f() { x := store.Of[int](); x.Stop() }", "Gate"],
  ["new", "func f() { x := new(store.Gate); x.Stop() }", "Gate"],
  ["the first that a function gives", "func f() { x, err := store.New(); _ = err; x.Stop() }", "Store"],
  ["the third that a function gives", "func f() { _, _, x := store.Pair(); x.Stop() }", "Store"],
  ["what a call gives, at once", "func f(s *store.Store) { s.Open().Stop() }", "Gate"],
  ["a field of a field", "func f(s *store.Store) { s.Next.Next.Stop() }", "Store"],
  ["an item of a list", "func f(s *store.Store) { for _, each := range s.gates { each.Stop() } }", "Gate"],
  ["an item of a map", "func f(s *store.Store) { if g, ok := s.byKey[``]; ok { g.Stop() } }", "Gate"],
  ["an item of a list with a name", "func f(all store.Gates) { all[0].Stop() }", "Gate"],
  ["what a channel gives", "func f(c chan *store.Gate) { (<-c).Stop() }", "Gate"],
  ["another name for a type", "func f(x store.Alias) { x.Stop() }", "Gate"],
  ["an interface's method", "func f(x store.Opener) { x.Open().Stop() }", "Gate"],
  ["what is embedded, by a method", "func f(s store.Store) { s.Rest().Stop() }", "Gate"],
  ["what is embedded, by its name", "func f(s store.Store) { s.Base.Rest().Stop() }", "Gate"],
  ["a type that is asserted", "func f(x any) { x.(*store.Gate).Stop() }", "Gate"],
  ["the type of a case", "func f(x any) { switch y := x.(type) { case *store.Gate: y.Stop() } }", "Gate"],
  ["the innermost of a name", "func f(x *store.Store) { { x := x.Open(); x.Stop() } }", "Gate"],
  ["the outer one behind it", "func f(x *store.Store) { { x := x.Open(); _ = x }; x.Stop() }", "Store"],
  [
    "one that a function in it has",
    "func f(x *store.Store) { func(x *store.Gate) { x.Stop() }(nil) }",
    "Gate",
  ],
  ["a list that grew", "func f(all []*store.Gate) { all = append(all, nil); append(all)[0].Stop() }", "Gate"],
])("Go: the type of %s tells whose method is called", async (_, text, type) => {
  const main = `package main\n\nimport "example.com/x/store"\n\n${text}\n`;
  expect(await meanings({ ...GO_TYPES, "main.go": main }, "Stop")).toEqual([
    `main.go:5 Stop -> store/store.go:${type}.Stop import`,
  ]);
});

test.each([
  ["of a type that is not in the index", "func f(s *store.Store) { s.Clock.Stop() }", "outside"],
  ["of a case with several types", "func f(x any) { switch y := x.(type) { case A, B: y.Stop() } }", "both"],
  ["of any type", "func f() { store.Any(1).Stop() }", "both"],
  ["of a parameter's own type", "func f[Gate any](x Gate) { x.Stop() }", "both"],
  ["of no type that has a name", "func f(x interface{ Stop() }) { x.Stop() }", "both"],
  ["of what an item gives", "func f(x []func() *store.Gate) { x[0]().Stop() }", "both"],
  ["that nothing tells of", "func f(x func() any) { y := x(); y.Stop() }", "both"],
])("Go: a method %s is not held to be another's", async (_, text, meant) => {
  const main = `package main\n\nimport "example.com/x/store"\n\n${text}\n`;
  const both = "store/store.go:Gate.Stop name, store/store.go:Store.Stop name";
  expect(await meanings({ ...GO_TYPES, "main.go": main }, "Stop")).toEqual([
    `main.go:5 Stop -> ${meant === "both" ? both : meant}`,
  ]);
});

test("Rust: crate paths, modules in files and folders, and impl blocks in another file", async () => {
  const files = {
    "src/lib.rs": "pub mod store;\npub mod util;\npub use store::Store;\n",
    "src/store/mod.rs":
      "mod extra;\npub struct Store;\nimpl Store {\n    pub fn open() -> Store { Self::prepare(); Store }\n    fn prepare() {}\n}\n",
    "src/store/extra.rs":
      "use super::Store;\nimpl Store {\n    pub fn close(&self) { crate::util::log(); }\n}\n",
    "src/util.rs": "pub fn log() {}\npub fn open() {}\n",
    "src/main.rs":
      "use crate::store::Store;\nuse crate::util;\nuse std::fs::File;\nfn main() {\n    let store = Store::open();\n    store.close();\n    util::open();\n    File::open();\n}\n",
    "src/door.rs": "pub struct Door;\nimpl Door {\n    pub fn close(&self) {}\n}\n",
  };
  expect(await meanings(files, "open", "close", "log", "prepare")).toEqual([
    "src/main.rs:5 open -> src/store/mod.rs:Store.open import",
    "src/main.rs:6 close -> src/store/extra.rs:Store.close import",
    "src/main.rs:7 open -> src/util.rs:open import",
    "src/main.rs:8 open -> outside",
    "src/store/extra.rs:3 log -> src/util.rs:log import",
    "src/store/mod.rs:4 prepare -> src/store/mod.rs:Store.prepare file",
  ]);
});

test("Java: packages, static imports and inherited methods without an object", async () => {
  const files = {
    "src/com/acme/util/Texts.java":
      "package com.acme.util;\npublic class Texts {\n  public static String trim(String s) { return s; }\n}\n",
    "src/com/acme/Base.java": "package com.acme;\npublic class Base {\n  protected void start() {}\n}\n",
    "src/com/acme/App.java":
      'package com.acme;\nimport static com.acme.util.Texts.trim;\nimport com.acme.util.Texts;\npublic class App extends Base {\n  void run() {\n    start();\n    trim("");\n    Texts.trim("");\n  }\n}\n',
    "src/com/other/Texts.java":
      "package com.other;\npublic class Texts {\n  public static String trim(String s) { return s; }\n  void start() {}\n}\n",
  };
  expect(await meanings(files, "trim", "start")).toEqual([
    "src/com/acme/App.java:6 start -> src/com/acme/Base.java:Base.start file",
    "src/com/acme/App.java:7 trim -> src/com/acme/util/Texts.java:Texts.trim import",
    "src/com/acme/App.java:8 trim -> src/com/acme/util/Texts.java:Texts.trim import",
  ]);
});

test("C: includes bring a header's source, and static helpers stay in their file", async () => {
  const files = {
    "src/buf.h": "int buf_open(void);\n",
    "src/buf.c":
      '#include "buf.h"\nstatic int helper(void) { return 1; }\nint buf_open(void) { return helper(); }\n',
    "src/net.c":
      '#include "buf.h"\n#include <stdio.h>\nstatic int helper(void) { return 2; }\nint net_go(void) { return buf_open() + helper(); }\n',
    "lib/other.c": "int buf_open(void) { return 3; }\n",
  };
  const found = await meanings(files, "buf_open", "helper");
  expect(found.filter((line) => line.includes("helper"))).toEqual([
    "src/buf.c:3 helper -> src/buf.c:helper file",
    "src/net.c:4 helper -> src/net.c:helper file",
  ]);
  expect(found.find((line) => line.startsWith("src/net.c:4 buf_open"))).toMatch(
    /src\/buf\.[ch]:buf_open import/u,
  );
  expect(found.join()).not.toMatch(/lib\/other/u);
});

test("C++: members outside of their class, and bases", async () => {
  const files = {
    "src/shape.h":
      "class Base {\npublic:\n  void draw();\n};\nclass Shape : public Base {\npublic:\n  void run();\n  void step();\n};\n",
    "src/shape.cc":
      '#include "shape.h"\nvoid Shape::run() {\n  step();\n  draw();\n}\nvoid Shape::step() {}\nvoid Base::draw() {}\n',
    "src/other.cc": "class Other {\n  void step() {}\n};\n",
  };
  const found = await meanings(files, "step", "draw");
  for (const line of found) expect(line).toMatch(/-> src\/shape\.(?:h|cc):(?:Shape\.step|Base\.draw) file/u);
  expect(found).toHaveLength(2);
});

test("C#, PHP and Ruby: namespaces, uses and requires", async () => {
  const files = {
    "App/Services/Mailer.cs":
      "namespace App.Services;\npublic class Mailer {\n  public static void Send() {}\n}\n",
    "Old/Mailer.cs": "namespace Old;\npublic class Mailer {\n  public static void Send() {}\n}\n",
    "App/Program.cs":
      "using App.Services;\nnamespace App;\npublic class Program {\n  public void Go() { Mailer.Send(); }\n}\n",
    "src/Mail/Box.php": "<?php\nnamespace Acme\\Mail;\nclass Box {\n  public static function pack() {}\n}\n",
    "src/Old/Box.php": "<?php\nnamespace Acme\\Old;\nclass Box {\n  public static function pack() {}\n}\n",
    "src/main.php": "<?php\nuse Acme\\Mail\\Box;\nfunction go() {\n  Box::pack();\n}\n",
    "lib/tool.rb": "class Tool\n  def self.spin\n  end\nend\n",
    "old/tool.rb": "class Gone\n  def self.spin\n  end\nend\n",
    "bin/run.rb": "require_relative '../lib/tool'\nTool.spin\n",
  };
  expect(await meanings(files, "Send", "pack", "spin")).toEqual([
    "App/Program.cs:4 Send -> App/Services/Mailer.cs:Mailer.Send import",
    "bin/run.rb:2 spin -> lib/tool.rb:Tool.spin import",
    "src/main.php:4 pack -> src/Mail/Box.php:Box.pack import",
  ]);
});

test("a name that many carry is ambiguous, unless something tells which is meant", async () => {
  const many = Object.fromEntries(
    Array.from({ length: 60 }, (_, index) => [`src/m${index}.ts`, "export function go() {}\n"]),
  );
  const files = { ...many, "src/a.ts": "go();\n", "src/b.ts": "import { go } from './m7';\ngo();\n" };
  expect(await meanings(files, "go")).toEqual([
    "src/a.ts:1 go -> ambiguous",
    "src/b.ts:2 go -> src/m7.ts:go import",
  ]);
});

test("fields and parameters tell whose method is called, and what overrides it is told as unsure", async () => {
  const files = {
    "src/a.ts":
      "export class Store {\n  open() {}\n}\nexport class Cache extends Store {\n  open() {}\n}\nexport class Gate {\n  open() {}\n}\n",
    "src/b.ts":
      "import { Store, type Gate } from './a';\nexport class App {\n  readonly kept: Store;\n  constructor(readonly door: Gate) {}\n  go() {\n    this.kept.open();\n    this.door.open();\n    new Store().open();\n  }\n}\n",
  };
  const store = "src/a.ts:Cache.open name, src/a.ts:Store.open import";
  expect(await meanings(files, "open")).toEqual([
    `src/b.ts:6 open -> ${store}`,
    "src/b.ts:7 open -> src/a.ts:Gate.open import",
    `src/b.ts:8 open -> ${store}`,
  ]);
});

test("whatever the names and places, resolving gives the same twice, and only definitions of the name", async () => {
  const name = fc.constantFrom("open", "Store", "run", "a");
  const line = fc.oneof(
    name.map((each) => `export function ${each}() {}`),
    name.map((each) => `export class ${each} { run() { this.run(); } }`),
    fc.tuple(name, name).map(([one, other]) => `import { ${one} as ${other} } from './f1';`),
    fc.tuple(name, name).map(([one, other]) => `${one}.${other}();`),
    name.map((each) => `${each}();`),
    name.map((each) => `export { ${each} } from './f0';`),
  );
  const file = fc.array(line, { maxLength: 6 }).map((lines) => lines.join("\n"));
  await fc.assert(
    fc.asyncProperty(fc.array(file, { minLength: 1, maxLength: 3 }), async (texts) => {
      const files = Object.fromEntries(texts.map((text, index) => [`f${index}.ts`, text]));
      const names = ["open", "Store", "run", "a"] as const;
      const once = await meanings(files, ...names);
      expect(await meanings(files, ...names)).toEqual(once);
    }),
    { numRuns: 15 },
  );
});
