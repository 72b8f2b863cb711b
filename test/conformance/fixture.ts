import {
  acceptedContent,
  completable,
  createRequestStateCodec,
  fromJsonSchema,
  inputRequired,
  inputResponse,
  CLIENT_CAPABILITIES_META_KEY,
  McpServer,
  ResourceTemplate,
  type CallToolResult,
  type ElicitRequestFormParams,
  type GetPromptResult,
  type InputRequiredResult,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import type { McpMount } from "../../shared/mcp/mount.ts";

// The names, texts and schemas here are those that the suites ask for.

const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";
const WAV = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA=";
const image = { type: "image", data: PNG, mimeType: "image/png" } as const;
const codec = createRequestStateCodec<{ round: number }>({ key: randomBytes(32) });

type Form = ElicitRequestFormParams["requestedSchema"];

/** A form with text fields, all required. */
function form(...names: readonly string[]): Form {
  return {
    type: "object",
    properties: Object.fromEntries(names.map((name) => [name, { type: "string" }])),
    required: [...names],
  };
}

type Result = CallToolResult | InputRequiredResult;

function text(said: string): CallToolResult {
  return { content: [{ type: "text", text: said }] };
}

function user(content: GetPromptResult["messages"][number]["content"]): GetPromptResult["messages"][number] {
  return { role: "user", content };
}

function sample(said: string, maxTokens: number) {
  return inputRequired.createMessage({
    messages: [{ role: "user", content: { type: "text", text: said } }],
    maxTokens,
  });
}

/** A server with everything that the conformance suites ask for; what our own servers lack is the SDK's. */
export const fixture: McpMount = {
  create({ era }) {
    const server = new McpServer(
      { name: "conformance-fixture", version: "1.0.0" },
      {
        capabilities: {
          tools: { listChanged: false },
          prompts: { listChanged: false },
          resources: { subscribe: true },
          completions: {},
          logging: {},
        },
        requestState: { verify: (state, context) => codec.verify(state, context) },
      },
    );
    addContentTools(server);
    addNotifyingTools(server);
    addAskingTools(server);
    addElicitations(server);
    addRounds(server);
    addResources(server);
    addPrompts(server);
    if (era === "legacy") {
      server.server.setRequestHandler("resources/subscribe", () => ({}));
      server.server.setRequestHandler("resources/unsubscribe", () => ({}));
    }
    return server;
  },
  watch: async () => () => {},
  watchPrompts: async () => () => {},
};

function addContentTools(server: McpServer): void {
  const add = (name: string, result: CallToolResult): void => {
    server.registerTool(name, { description: `Returns the content of ${name}.` }, () => result);
  };
  add("test_simple_text", text("This is a simple text response for testing."));
  add("test_image_content", { content: [image] });
  add("test_audio_content", { content: [{ type: "audio", data: WAV, mimeType: "audio/wav" }] });
  add("test_embedded_resource", {
    content: [
      {
        type: "resource",
        resource: {
          uri: "test://embedded-resource",
          mimeType: "text/plain",
          text: "This is an embedded resource content.",
        },
      },
    ],
  });
  add("test_multiple_content_types", {
    content: [
      { type: "text", text: "Multiple content types test:" },
      image,
      {
        type: "resource",
        resource: {
          uri: "test://mixed-content-resource",
          mimeType: "application/json",
          text: '{"test":"data","value":123}',
        },
      },
    ],
  });
  add("test_error_handling", {
    ...text("This tool intentionally returns an error for testing"),
    isError: true,
  });
  const schema = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "object",
    $defs: {
      address: {
        $anchor: "addressDef",
        type: "object",
        properties: { street: { type: "string" }, city: { type: "string" } },
      },
    },
    properties: {
      name: { type: "string" },
      address: { $ref: "#/$defs/address" },
      contactMethod: { type: "string", enum: ["phone", "email"] },
      phone: { type: "string" },
      email: { type: "string" },
    },
    allOf: [{ anyOf: [{ required: ["phone"] }, { required: ["email"] }] }],
    if: { properties: { contactMethod: { const: "phone" } }, required: ["contactMethod"] },
    // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema, asked for by name
    then: { required: ["phone"] },
    else: { required: ["email"] },
    additionalProperties: false,
  } as const;
  server.registerTool(
    "json_schema_2020_12_tool",
    { description: "Keeps every keyword of its schema.", inputSchema: fromJsonSchema(schema) },
    () => text("ok"),
  );
  const region = { type: "string", "x-mcp-header": "Region" } as const;
  server.registerTool(
    "test_custom_header",
    {
      description: "Mirrors an argument into a header.",
      inputSchema: fromJsonSchema({ type: "object", properties: { region } }),
    },
    () => text("ok"),
  );
}

function addNotifyingTools(server: McpServer): void {
  server.registerTool(
    "test_tool_with_progress",
    { description: "Reports progress." },
    async ({ mcpReq }: ServerContext) => {
      const progressToken = mcpReq._meta?.progressToken;
      for (const progress of [0, 50, 100]) {
        if (progressToken !== undefined) {
          await mcpReq.notify({
            method: "notifications/progress",
            params: { progressToken, progress, total: 100 },
          });
        }
        await sleep(50);
      }
      return text("Progress was reported.");
    },
  );
  const log = async ({ mcpReq }: ServerContext): Promise<CallToolResult> => {
    for (const said of ["Tool execution started", "Tool processing data", "Tool execution completed"]) {
      await mcpReq.log("info", said);
      await sleep(50);
    }
    return text("Logged.");
  };
  server.registerTool("test_tool_with_logging", { description: "Logs three lines." }, log);
  server.registerTool("test_logging_tool", { description: "Logs three lines." }, log);
  server.registerTool(
    "test_reconnection",
    { description: "Closes its stream and goes on." },
    async ({ http }: ServerContext) => {
      await sleep(50);
      http?.closeSSE?.();
      await sleep(200);
      return text("Reconnection worked.");
    },
  );
}

function addAskingTools(server: McpServer): void {
  server.registerTool(
    "test_sampling",
    { description: "Asks the client's model.", inputSchema: z.object({ prompt: z.string() }) },
    ({ prompt }, { mcpReq }): Result => {
      const response = inputResponse(mcpReq.inputResponses, "sample");
      if (response.kind !== "sampling") {
        return inputRequired({ inputRequests: { sample: sample(prompt, 100) } });
      }
      return text(`LLM response: ${JSON.stringify(response.result.content)}`);
    },
  );
  server.registerTool(
    "test_elicitation",
    { description: "Asks the person.", inputSchema: z.object({ message: z.string() }) },
    ({ message }, { mcpReq }): Result => {
      const response = inputResponse(mcpReq.inputResponses, "user");
      if (response.kind !== "elicit") {
        return inputRequired({
          inputRequests: {
            user: inputRequired.elicit({ message, requestedSchema: form("username", "email") }),
          },
        });
      }
      return text(`User response: ${response.action}, content: ${JSON.stringify(response.content)}`);
    },
  );
  server.registerTool("test_missing_capability", { description: "Needs sampling." }, () =>
    inputRequired({ inputRequests: { sample: sample("Anything", 1) } }),
  );
  server.registerTool(
    "test_streaming_elicitation",
    { description: "Reports, then asks." },
    async ({ mcpReq }: ServerContext): Promise<Result> => {
      const progressToken = mcpReq._meta?.progressToken;
      if (progressToken !== undefined) {
        await mcpReq.notify({ method: "notifications/progress", params: { progressToken, progress: 1 } });
      }
      return inputRequired({
        inputRequests: {
          user: inputRequired.elicit({ message: "What is your name?", requestedSchema: form("name") }),
        },
      });
    },
  );
}

function addElicitations(server: McpServer): void {
  const add = (name: string, requestedSchema: Form): void => {
    server.registerTool(name, { description: "Asks with a form." }, ({ mcpReq }: ServerContext): Result => {
      const response = inputResponse(mcpReq.inputResponses, "form");
      if (response.kind !== "elicit") {
        return inputRequired({
          inputRequests: { form: inputRequired.elicit({ message: "Please fill in.", requestedSchema }) },
        });
      }
      const content = JSON.stringify(response.content);
      return text(`Elicitation completed: action=${response.action}, content=${content}`);
    });
  };
  add("test_elicitation_sep1034_defaults", {
    type: "object",
    properties: {
      name: { type: "string", default: "John Doe" },
      age: { type: "integer", default: 30 },
      score: { type: "number", default: 95.5 },
      status: { type: "string", enum: ["active", "inactive", "pending"], default: "active" },
      verified: { type: "boolean", default: true },
    },
  });
  const options = ["option1", "option2", "option3"];
  const titled = ["First", "Second", "Third"].map((word, index) => ({
    const: `value${index + 1}`,
    title: `${word} Option`,
  }));
  add("test_elicitation_sep1330_enums", {
    type: "object",
    properties: {
      untitledSingle: { type: "string", enum: options },
      titledSingle: { type: "string", oneOf: titled },
      legacyEnum: {
        type: "string",
        enum: ["opt1", "opt2", "opt3"],
        enumNames: ["Option One", "Option Two", "Option Three"],
      },
      untitledMulti: { type: "array", items: { type: "string", enum: options } },
      titledMulti: { type: "array", items: { anyOf: titled } },
    },
  });
}

function addRounds(server: McpServer): void {
  type Handler = (context: ServerContext) => Result | Promise<Result>;
  const add = (name: string, handler: Handler): void => {
    server.registerTool(
      `test_input_required_result_${name}`,
      { description: "Takes several rounds." },
      handler,
    );
  };
  const askName = (message = "What is your name?") =>
    inputRequired.elicit({ message, requestedSchema: form("name") });
  const nameIn = ({ mcpReq }: ServerContext, key: string): string | undefined =>
    acceptedContent(mcpReq.inputResponses, key, z.looseObject({ name: z.string() }))?.name;

  add("elicitation", (context) => {
    const name = nameIn(context, "user_name");
    if (name === undefined) return inputRequired({ inputRequests: { user_name: askName() } });
    return text(`Hello, ${name}!`);
  });
  add("sampling", ({ mcpReq }) => {
    const response = inputResponse(mcpReq.inputResponses, "capital_question");
    if (response.kind === "sampling") return text(JSON.stringify(response.result.content));
    return inputRequired({
      inputRequests: { capital_question: sample("What is the capital of France?", 100) },
    });
  });
  add("list_roots", ({ mcpReq }) => {
    const response = inputResponse(mcpReq.inputResponses, "client_roots");
    if (response.kind === "roots") return text(JSON.stringify(response.roots));
    return inputRequired({ inputRequests: { client_roots: inputRequired.listRoots() } });
  });
  const confirm = async (context: ServerContext): Promise<Result> => {
    if (context.mcpReq.requestState() !== undefined) return text("state-ok");
    const ok: Form = { type: "object", properties: { ok: { type: "boolean" } }, required: ["ok"] };
    return inputRequired({
      inputRequests: {
        confirm: inputRequired.elicit({ message: "Please confirm", requestedSchema: ok }),
      },
      requestState: await codec.mint({ round: 1 }, context),
    });
  };
  add("request_state", confirm);
  add("tampered_state", confirm);
  add("multiple_inputs", async (context) => {
    const { inputResponses } = context.mcpReq;
    const answered = ["user_name", "greeting", "client_roots"].every(
      (key) => inputResponse(inputResponses, key).kind !== "missing",
    );
    if (answered) return text(JSON.stringify(inputResponses));
    return inputRequired({
      inputRequests: {
        user_name: askName(),
        greeting: sample("Generate a greeting", 50),
        client_roots: inputRequired.listRoots(),
      },
      requestState: await codec.mint({ round: 1 }, context),
    });
  });
  add("multi_round", async (context) => {
    const round = context.mcpReq.requestState<{ round: number }>()?.round ?? 0;
    if (round === 0) {
      return inputRequired({
        inputRequests: { step1: askName("Step 1: What is your name?") },
        requestState: await codec.mint({ round: 1 }, context),
      });
    }
    if (round > 1) return text("All rounds are done.");
    return inputRequired({
      inputRequests: {
        step2: inputRequired.elicit({
          message: "Step 2: What is your favorite color?",
          requestedSchema: form("color"),
        }),
      },
      requestState: await codec.mint({ round: 2 }, context),
    });
  });
  add("capabilities", ({ mcpReq }) => {
    if (mcpReq.inputResponses !== undefined) return text("ok");
    const envelope = z.looseObject({}).parse(mcpReq.envelope ?? {});
    const declared = z.looseObject({}).parse(envelope[CLIENT_CAPABILITIES_META_KEY] ?? {});
    return inputRequired({
      inputRequests: {
        ...("elicitation" in declared ? { user_name: askName() } : {}),
        ...("sampling" in declared ? { greeting: sample("Generate a greeting", 50) } : {}),
        ...("roots" in declared ? { client_roots: inputRequired.listRoots() } : {}),
      },
    });
  });
}

function addResources(server: McpServer): void {
  const about = (name: string, mimeType: string) => ({ description: `The ${name}.`, mimeType });
  server.registerResource("static-text", "test://static-text", about("text", "text/plain"), (uri) => ({
    contents: [
      {
        uri: uri.href,
        mimeType: "text/plain",
        text: "This is the content of the static text resource.",
      },
    ],
  }));
  server.registerResource("static-binary", "test://static-binary", about("image", "image/png"), (uri) => ({
    contents: [{ uri: uri.href, mimeType: "image/png", blob: PNG }],
  }));
  server.registerResource("watched", "test://watched-resource", about("watched", "text/plain"), (uri) => ({
    contents: [{ uri: uri.href, mimeType: "text/plain", text: "Watched." }],
  }));
  server.registerResource(
    "template",
    new ResourceTemplate("test://template/{id}/data", { list: undefined }),
    about("template", "application/json"),
    (uri, { id }) => ({
      contents: [
        {
          uri: uri.href,
          mimeType: "application/json",
          text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${String(id)}` }),
        },
      ],
    }),
  );
}

function addPrompts(server: McpServer): void {
  server.registerPrompt("test_simple_prompt", { description: "Simple." }, () => ({
    messages: [user({ type: "text", text: "This is a simple prompt for testing." })],
  }));
  const words = ["paris", "park", "party"];
  server.registerPrompt(
    "test_prompt_with_arguments",
    {
      description: "With arguments.",
      argsSchema: z.object({
        arg1: completable(z.string(), (value) => words.filter((word) => word.startsWith(value))),
        arg2: z.string(),
      }),
    },
    ({ arg1, arg2 }) => ({
      messages: [user({ type: "text", text: `Prompt with arguments: arg1='${arg1}', arg2='${arg2}'` })],
    }),
  );
  server.registerPrompt(
    "test_prompt_with_embedded_resource",
    { description: "With a resource.", argsSchema: z.object({ resourceUri: z.string() }) },
    ({ resourceUri: uri }) => ({
      messages: [
        user({
          type: "resource",
          resource: { uri, mimeType: "text/plain", text: "Embedded resource content for testing." },
        }),
        user({ type: "text", text: "Please process the embedded resource above." }),
      ],
    }),
  );
  server.registerPrompt("test_prompt_with_image", { description: "With an image." }, () => ({
    messages: [user(image), user({ type: "text", text: "Please analyze the image above." })],
  }));
  server.registerPrompt(
    "test_input_required_result_prompt",
    { description: "Asks first." },
    ({ mcpReq }: ServerContext) => {
      const said = acceptedContent(
        mcpReq.inputResponses,
        "user_context",
        z.looseObject({ context: z.string() }),
      );
      if (said !== undefined) return { messages: [user({ type: "text", text: said.context })] };
      return inputRequired({
        inputRequests: {
          user_context: inputRequired.elicit({
            message: "What context should the prompt use?",
            requestedSchema: form("context"),
          }),
        },
      });
    },
  );
}
