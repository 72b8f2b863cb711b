// node scripts/ci/count.mjs FOLDER: adds up vitest's JSON reports and the failed steps. The last line is the verdict.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";

const folder = process.argv[2];
const reports = readdirSync(folder)
  .filter((name) => name.endsWith(".json"))
  .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")));
const failedSteps = join(folder, "failed-steps");
const steps = existsSync(failedSteps) ? readFileSync(failedSteps, "utf8").trim().split("\n") : [];
const sum = (count) => reports.reduce((total, report) => total + count(report), 0);

const passed = sum((report) => report.numPassedTests);
const skipped = sum((report) => report.numPendingTests + report.numTodoTests);
const failedTests = sum((report) => report.numFailedTests);
// A step of tests that failed is counted by its tests, unless it came to none.
const failed = failedTests + steps.filter((step) => !step.startsWith("tests") || failedTests === 0).length;

// Told again at the end: a reader of a long log sees its tail.
const failures = reports.flatMap((report) =>
  report.testResults.flatMap(({ name, message, assertionResults }) => {
    const tests = assertionResults.filter(({ status }) => status === "failed");
    const said = tests.map(({ fullName, failureMessages }) => `${fullName}\n${failureMessages.join("\n")}`);
    // a file that could not be loaded has no tests
    if (message !== "" && tests.length === 0) said.push(message);
    return said.map((text) => `${relative(process.cwd(), name)}: ${text.slice(0, 2_000)}`);
  }),
);

for (const failure of failures) console.log(`\nfailed: ${failure}`);
if (steps.length > 0) console.log(`\nfailed steps: ${steps.join(", ")}`);
console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`);
if (failed > 0) process.exitCode = 1;
