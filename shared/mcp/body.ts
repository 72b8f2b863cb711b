import type { IncomingMessage } from "node:http";
import { isJsonContentType } from "@modelcontextprotocol/server";
import { HttpError } from "./http-error.ts";

/** Reads a JSON body of at most so many bytes. Throws 415, 413, or 400 with the protocol's parse error. */
export async function readJson(req: IncomingMessage, maxBytes: number): Promise<unknown> {
  if (!isJsonContentType(req.headers["content-type"] ?? null)) {
    throw new HttpError(415, "the body must be application/json");
  }
  const bytes = await readBytes(req, maxBytes);
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as unknown;
  } catch {
    throw new HttpError(400, "the body is not valid JSON", { code: -32_700 });
  }
}

async function readBytes(req: IncomingMessage, maxBytes: number): Promise<Buffer> {
  if (Number(req.headers["content-length"] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const chunks: Buffer[] = [];
  let size = 0;
  // Not `for await`: leaving that loop destroys the request, and with it the connection that should carry the 413.
  await new Promise<void>((resolve, reject) => {
    req.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBytes) chunks.push(chunk);
      else reject(tooLarge(maxBytes));
    });
    req.once("end", resolve);
    const brokeOff = (): void => reject(new HttpError(400, "the body broke off"));
    req.once("error", brokeOff).once("close", brokeOff);
  });
  return Buffer.concat(chunks);
}

function tooLarge(maxBytes: number): HttpError {
  return new HttpError(413, `the body is larger than ${maxBytes} bytes`);
}
