import { expect, test } from "vitest";
import { parseHunks } from "../../../servers/search/graph/impact/parse-hunks.ts";

test("lines that were changed, added and taken away are told as they are now", () => {
  const text = `diff --git a/src/a.ts b/src/a.ts
index 1..2 100644
--- a/src/a.ts
+++ b/src/a.ts
@@ -3 +3,2 @@ context
-old
+new
+more
@@ -10,2 +10,0 @@
---- a/fake.ts
-+++ b/fake.ts
`;
  expect(parseHunks(text)).toEqual([
    {
      path: "src/a.ts",
      from: "src/a.ts",
      removes: true,
      lines: [
        { startLine: 3, endLine: 4, gone: false },
        { startLine: 10, endLine: 11, gone: true },
      ],
    },
  ]);
});

test("new, deleted and renamed files, and names that git quotes", () => {
  const text = `diff --git a/new.ts b/new.ts
new file mode 100644
--- /dev/null
+++ b/new.ts
@@ -0,0 +1 @@
+one
diff --git a/old.ts b/old.ts
deleted file mode 100644
--- a/old.ts
+++ /dev/null
@@ -1 +0,0 @@
-one
diff --git a/one.ts b/two.ts
similarity index 100%
rename from one.ts
rename to two.ts
diff --git "a/\\303\\274 \\"q\\".ts" "b/\\303\\274 \\"q\\".ts"
--- "a/\\303\\274 \\"q\\".ts"
+++ "b/\\303\\274 \\"q\\".ts"
@@ -1,0 +2 @@
+x
diff --git a/blob b/blob
Binary files a/blob and b/blob differ
`;
  expect(parseHunks(text).map(({ path, from, removes }) => ({ path, from, removes }))).toEqual([
    { path: "new.ts", from: undefined, removes: false },
    { path: undefined, from: "old.ts", removes: true },
    { path: "two.ts", from: "one.ts", removes: false },
    { path: 'ü "q".ts', from: 'ü "q".ts', removes: false },
  ]);
});
