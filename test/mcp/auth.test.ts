import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { bearerToken, chooseToken, isLoopback, loadOrCreateToken } from "../../shared/mcp/auth.ts";

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), "plumbline-auth-"))));
afterEach(() => rm(folder, { recursive: true, force: true }));

test("the token is made once, for the owner alone, and kept", async () => {
  const file = join(folder, "state", "token");
  const token = await loadOrCreateToken(file);
  expect(token).toMatch(/^[\w-]{43}$/u);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect((await stat(join(folder, "state"))).mode & 0o777).toBe(0o700);
  expect(await loadOrCreateToken(file)).toBe(token);
  expect(await readdir(join(folder, "state"))).toEqual(["token"]);
});

test("twenty that start at once agree", async () => {
  const file = join(folder, "token");
  const tokens = await Promise.all(Array.from({ length: 20 }, () => loadOrCreateToken(file)));
  expect(new Set(tokens)).toEqual(new Set([(await readFile(file, "utf8")).trim()]));
  expect(await readdir(folder)).toEqual(["token"]);
});

describe("a token file is refused", () => {
  const file = (): string => join(folder, "token");
  test.each<[string, string, () => Promise<unknown>]>([
    ["that others can read", "chmod 600", () => writeFile(file(), "x".repeat(43), { mode: 0o644 })],
    ["that is empty", "rm '", () => writeFile(file(), "", { mode: 0o600 })],
    ["with a weak token", "rm '", () => writeFile(file(), "hunter2", { mode: 0o600 })],
    ["with spaces in it", "rm '", () => writeFile(file(), "two words that are long enough", { mode: 0o600 })],
    ["that is a folder", "not a file", () => mkdir(file(), { mode: 0o700 })],
    ["that is a link", "not a file", () => symlink("/etc/hostname", file())],
  ])("%s", async (_, said, make) => {
    await make();
    await expect(loadOrCreateToken(file())).rejects.toMatchObject({
      name: "StartupError",
      message: expect.stringContaining(said),
    });
  });

  test("until what it says was done", async () => {
    await writeFile(file(), "x".repeat(43), { mode: 0o644 });
    await expect(loadOrCreateToken(file())).rejects.toThrow("chmod 600");
    await chmod(file(), 0o600);
    expect(await loadOrCreateToken(file())).toBe("x".repeat(43));
  });
});

test("a given token is taken, a weak one is not, and another address needs one", async () => {
  const file = join(folder, "token");
  const given = "a-token-of-my-own-making";
  expect(await chooseToken({ host: "0.0.0.0", given, file })).toBe(given);
  await expect(chooseToken({ host: "127.0.0.1", given: "short", file })).rejects.toThrow("at least 16");
  await expect(chooseToken({ host: "0.0.0.0", file })).rejects.toThrow("--token");
  expect(await readdir(folder)).toEqual([]);
  expect(await chooseToken({ host: "127.0.0.1", file })).toBe(await loadOrCreateToken(file));
});

test("only the whole token is accepted, in any spelling of the scheme", () => {
  const authenticate = bearerToken("correct-horse-battery");
  expect(authenticate("Bearer correct-horse-battery")).toBe("token");
  expect(authenticate("bearer  correct-horse-battery")).toBe("token");
  for (const wrong of ["", "Bearer", "Bearer ", "Bearer correct-horse-batter", "correct-horse-battery"]) {
    expect(authenticate(wrong)).toBeUndefined();
  }
  expect(authenticate(undefined)).toBeUndefined();
});

test("only this machine's own addresses are loopback", () => {
  expect(["localhost", "127.0.0.1", "127.1.2.3", "::1"].map(isLoopback)).toEqual([true, true, true, true]);
  const others = ["0.0.0.0", "::", "10.0.0.1", "127.0.0.1.evil.example", "localhost.example", ""];
  expect(others.map(isLoopback)).toEqual(others.map(() => false));
});
