import type { Log } from "../../shared/context.ts";

/** Lines for the operator on stderr; debug lines only with `PLUMBLINE_DEBUG`. */
export const stderrLog: Log = (level, message) => {
  if (level === "debug" && (process.env["PLUMBLINE_DEBUG"] ?? "") === "") return;
  process.stderr.write(`plumbline: ${level === "info" ? "" : `${level}: `}${message}\n`);
};
