import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { constants } from "node:fs";
import { link, mkdir, open, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { isErrno, StartupError } from "../errors.ts";

/** Names who sent a request by its `Authorization` header; undefined for nobody. */
export type Authenticate = (authorization: string | undefined) => string | undefined;

const MIN_TOKEN = 16;
const TOKEN = /^[\x21-\x7E]+$/u;

/** Accepts one bearer token. Digests of equal length are compared, so the time taken tells nothing about it. */
export function bearerToken(token: string): Authenticate {
  const wanted = digest(token);
  return (authorization) => {
    const given = /^bearer +(\S+)$/iu.exec(authorization ?? "")?.[1];
    return given !== undefined && timingSafeEqual(digest(given), wanted) ? "token" : undefined;
  };
}

interface TokenChoice {
  readonly host: string;
  /** What the person gave, by flag or environment. */
  readonly given?: string;
  /** Where the token lies that was made once. */
  readonly file: string;
}

/**
 * The given token, or else the one in the file, made when it is not there yet. Throws StartupError for a weak
 * token, and for an address that others can reach when no token was given.
 */
export async function chooseToken({ host, given, file }: TokenChoice): Promise<string> {
  if (given !== undefined) {
    if (given.length >= MIN_TOKEN && TOKEN.test(given)) return given;
    throw new StartupError(
      `the token must have at least ${MIN_TOKEN} characters and no spaces. Make one: openssl rand -base64 32`,
    );
  }
  if (isLoopback(host)) return loadOrCreateToken(file);
  throw new StartupError(
    `${host} can be reached by others, so it needs a token of your own. Add: --token "$(openssl rand -base64 32)"`,
  );
}

/**
 * Reads the token, or makes one: 32 random bytes, readable by the owner alone. Processes that start at the same
 * time get the same one. Throws StartupError when others can read it or when it is not usable.
 */
export async function loadOrCreateToken(file: string): Promise<string> {
  const there = await readToken(file);
  if (there !== undefined) return there;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomBytes(6).toString("hex")}`;
  const handle = await open(draft, "wx", 0o600);
  try {
    await handle.writeFile(`${randomBytes(32).toString("base64url")}\n`);
    await handle.sync();
    // A link is made whole or not at all, and only by the first process; the others read what it wrote.
    await link(draft, file);
  } catch (error) {
    if (!isErrno(error, "EEXIST")) throw error;
  } finally {
    await handle.close();
    await unlink(draft);
  }
  const made = await readToken(file);
  if (made === undefined) throw new StartupError(`${file} was removed while it was being made. Start again.`);
  return made;
}

async function readToken(file: string): Promise<string | undefined> {
  try {
    const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const { mode } = await handle.stat();
      // Windows has no such bits; there the profile folder's access list protects the file.
      if (process.platform !== "win32" && (mode & 0o077) !== 0) {
        throw new StartupError(`others can read the token in ${file}. Run: chmod 600 '${file}'`);
      }
      const token = (await handle.readFile("utf8")).trim();
      if (token.length >= MIN_TOKEN && TOKEN.test(token)) return token;
      throw new StartupError(`there is no usable token in ${file}. Run: rm '${file}' and start again`);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (isErrno(error, "ENOENT")) return undefined;
    if (isErrno(error, "ELOOP", "EISDIR", "EACCES")) {
      throw new StartupError(`the token file ${file} is not a file of yours. Remove it and start again.`);
    }
    throw error;
  }
}

/** True for an address that only this machine can reach. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(?:\.\d{1,3}){3}$/u.test(host);
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
