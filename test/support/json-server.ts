import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { json } from "node:stream/consumers";

/** A server on a free port of this machine that is sent JSON. Disposing it ends it. */
export interface JsonServer extends AsyncDisposable {
  /** Without a slash behind it. */
  readonly url: string;
}

/** `reply` is given each request with its body, and answers it. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- what arrives is what the sender's type says
export async function jsonServer<Body>(
  reply: (request: IncomingMessage, body: Body, response: ServerResponse) => void,
): Promise<JsonServer> {
  const server = createServer((request, response) => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the test knows what it has sent
    void json(request).then((body) => reply(request, body as Body, response));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}
