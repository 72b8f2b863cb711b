/** What a patch of every kind of step is applied to. */
export const BEFORE = {
  "changed.txt": "one\ntwo\nthree\n",
  "gone.txt": "to be deleted\n",
  "from.txt": "moves as it is\n",
  "old-name.txt": "moves\nand changes\n",
  "deep/er/last.txt": "last\n",
};
export const PATCH = `--- a/changed.txt
+++ b/changed.txt
@@ -1,3 +1,3 @@
 one
-two
+TWO
 three
--- a/gone.txt
+++ /dev/null
@@ -1 +0,0 @@
-to be deleted
--- /dev/null
+++ b/fresh/made/new.txt
@@ -0,0 +1 @@
+created
diff --git a/from.txt b/to/from.txt
similarity index 100%
rename from from.txt
rename to to/from.txt
diff --git a/old-name.txt b/new-name.txt
similarity index 50%
rename from old-name.txt
rename to new-name.txt
--- a/old-name.txt
+++ b/new-name.txt
@@ -1,2 +1,2 @@
 moves
-and changes
+and has changed
--- a/deep/er/last.txt
+++ b/deep/er/last.txt
@@ -1 +1 @@
-last
+LAST
`;
export const AFTER = {
  "changed.txt": "one\nTWO\nthree\n",
  "fresh/made/new.txt": "created\n",
  "to/from.txt": "moves as it is\n",
  "new-name.txt": "moves\nand has changed\n",
  "deep/er/last.txt": "LAST\n",
};

/** Folders that the patch makes. */
export const MADE = ["fresh/", "fresh/made/", "to/"];
