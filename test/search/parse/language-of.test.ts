import { expect, test } from "vitest";
import { languageOf } from "../../../servers/search/parse/language-of.ts";

test.each([
  ["src/a.ts", "", "typescript"],
  ["a.D.TS", "", "typescript"],
  ["a.jsx", "", "javascript"],
  ["include/a.h", "#include <stdio.h>\nstruct a { int b; };\n", "c"],
  ["include/a.h", "namespace a {\nclass B;\n}\n", "cpp"],
  ["a.h", "#include <vector>\n", "cpp"],
  ["Rakefile", "", "ruby"],
  ["docker/Dockerfile.dev", "", "dockerfile"],
  ["bin/run", "#!/usr/bin/env -S node --no-warnings\n", "javascript"],
  ["bin/run", "\uFEFF#!/usr/bin/python3.12\n", "python"],
  ["bin/run", "#! /bin/sh -e\n", "bash"],
  ["a.inc", "<?php\n", "php"],
  ["a.inc", "%define a\n", "text"],
  ["constructor", "", "text"],
  ["a.constructor", "", "text"],
  ["LICENSE", "Apache", "text"],
  ["README.md", "", "markdown"],
])("%s, which starts with %j, is %s", (path, head, language) => {
  expect(languageOf(path, head)).toBe(language);
});
