/** A reporter for vitest: each skipped test with its reason, which the JSON report leaves out. */
export default class ReportSkips {
  onTestCaseResult(test) {
    const { state, note } = test.result();
    if (state === "skipped") console.log(`skipped: ${test.fullName}: ${note ?? "no reason given"}`);
  }
}
