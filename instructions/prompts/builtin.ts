import debugFailure from "./builtin/debug-failure.md?raw";
import explainCode from "./builtin/explain-code.md?raw";
import improvePrompt from "./builtin/improve-prompt.md?raw";
import planFeature from "./builtin/plan-feature.md?raw";
import refactorSafely from "./builtin/refactor-safely.md?raw";
import reviewChange from "./builtin/review-change.md?raw";
import summarizeProject from "./builtin/summarize-project.md?raw";
import writeChangelog from "./builtin/write-changelog.md?raw";
import writeDocs from "./builtin/write-docs.md?raw";
import writeTests from "./builtin/write-tests.md?raw";
import { parsePrompt } from "./parse-prompt.ts";
import type { Prompt } from "./prompt.ts";

const TEXTS = {
  "debug-failure": debugFailure,
  "explain-code": explainCode,
  "improve-prompt": improvePrompt,
  "plan-feature": planFeature,
  "refactor-safely": refactorSafely,
  "review-change": reviewChange,
  "summarize-project": summarizeProject,
  "write-changelog": writeChangelog,
  "write-docs": writeDocs,
  "write-tests": writeTests,
} as const;

/** The prompts that come with us; parses all of them. */
export function builtinPrompts(): readonly Prompt[] {
  return Object.entries(TEXTS).map(([name, text]) => {
    const { prompt, problems } = parsePrompt(name, text);
    if (prompt === undefined || problems.length > 0)
      throw new Error(`the built-in prompt ${name}: ${JSON.stringify(problems)}`);
    return { ...prompt, from: "builtin", shown: "built in" };
  });
}
