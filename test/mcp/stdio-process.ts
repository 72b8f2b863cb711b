import { Scope } from "../../shared/scope.ts";
import { serveOnStdio } from "../../shared/mcp/stdio.ts";
import { createFixture } from "./fixture.ts";

// A server process for tests; it holds a handle that nobody closes, as a forgotten child or timer would.
const scope = new Scope();
setInterval(() => {}, 1_000);
scope.defer(() => process.stderr.write("scope closed\n"));
if (process.env["HANG"] !== undefined) scope.defer(() => new Promise(() => {}));
const fixture = createFixture();
if (process.env["TICK"] !== undefined) {
  setInterval(() => {
    process.stderr.write(`watched ${fixture.watched.size}\n`);
    for (const changed of fixture.watched.values()) changed();
  }, 50);
}
serveOnStdio(fixture.mount, {
  scope,
  log: (level, message) => process.stderr.write(`${level} ${message}\n`),
});
