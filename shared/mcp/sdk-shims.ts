/**
 * Stands in the bundle for what the SDK takes from its platform: it would check answers to questions with ajv, which
 * takes ten milliseconds of every start. Its other validator does the same work.
 */
export { CfWorkerJsonSchemaValidator as DefaultJsonSchemaValidator } from "@modelcontextprotocol/server/validators/cf-worker";
export { default as process } from "node:process";
