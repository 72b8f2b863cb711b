import { startHttp } from "../../shared/mcp/http.ts";
import { fixture } from "./fixture.ts";

// The suites cannot send a token, so everybody is let in; all else is as in production.
const http = await startHttp({
  mounts: new Map([["all", fixture]]),
  host: "127.0.0.1",
  port: 0,
  authenticate: () => "conformance",
  log: (level, message) => {
    if (level !== "debug") console.error(`${level}: ${message}`);
  },
});
console.log(`${http.url}/mcp`);
process.once("SIGTERM", () => void http.close());
