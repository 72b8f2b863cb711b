// The least that a server on stdio can do for a read: parse the line, read the file, print the line.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

createInterface({ input: process.stdin }).on("line", (line) => {
  const { id, method, params } = JSON.parse(line);
  if (id !== undefined) console.log(JSON.stringify({ jsonrpc: "2.0", id, result: answer(method, params) }));
});

function answer(method, params) {
  if (method === "tools/list") return { tools: [] };
  if (method === "tools/call") {
    return { content: [{ type: "text", text: readFileSync(params.arguments.path, "utf8") }] };
  }
  return {
    protocolVersion: params.protocolVersion,
    capabilities: { tools: {} },
    serverInfo: { name: "bare", version: "1" },
  };
}
