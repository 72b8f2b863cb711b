import { ToolError } from "../errors.ts";

/** Where ripgrep is, found at first use. Throws `unavailable` with the command that mends it. */
export async function ripgrepProgram(): Promise<string> {
  try {
    const { rgPath } = await import("@vscode/ripgrep");
    return rgPath;
  } catch (error) {
    throw new ToolError("unavailable", "ripgrep is not installed with this copy of Plumbline", {
      hint: "Run: npm install --include=optional @vscode/ripgrep (in Plumbline's folder)",
      cause: error,
    });
  }
}
