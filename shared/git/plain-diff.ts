/** For `git diff`: nothing of any configuration changes how it looks; converters and external programs do not run. */
export const PLAIN_DIFF = [
  "--no-color",
  "--no-ext-diff",
  "--no-textconv",
  "--no-relative",
  "--find-renames",
  "--src-prefix=a/",
  "--dst-prefix=b/",
  "--submodule=short",
] as const;
