import { chmod, mkdir } from "node:fs/promises";
import { expect, test } from "vitest";
import { person } from "./command-line.ts";

test("on a sound machine nothing fails, and installed clients are found", async () => {
  await using me = await person();
  await mkdir(`${me.home}/.codex`);
  const { code, stdout } = await me.plumbline(["doctor"]);
  expect(stdout).not.toContain("FAIL");
  expect(code).toBe(0);
  expect(stdout).toMatch(/^note +Codex +no entry in .*This mends it: plumbline config codex --write$/m);
});

test("each failure names the one command that mends it", async () => {
  await using me = await person();
  await mkdir(me.state, { recursive: true });
  await chmod(me.state, 0o755);
  await me.write(".local/state/plumbline/http-token", "0123456789abcdef");
  const { code, stdout } = await me.plumbline(["doctor", "--json"], { cwd: "/", env: { PATH: "" } });
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        name: "configuration",
        state: "bad",
        mend: "plumbline doctor --root /path/to/your/project",
      }),
      expect.objectContaining({ name: "state folder", state: "bad", mend: `chmod 700 '${me.state}'` }),
      expect.objectContaining({
        name: "HTTP token",
        state: "bad",
        mend: `chmod 600 '${me.state}/http-token'`,
      }),
      expect.objectContaining({ name: "git", state: "poor", mend: expect.any(String) }),
    ]),
  );
});

test("a git that is too old is told, with what works without it", async () => {
  await using me = await person();
  await me.write("bin/git", "#!/bin/sh\necho git version 2.33.8\n");
  await chmod(`${me.home}/bin/git`, 0o755);
  const { code, stdout } = await me.plumbline(["doctor"], { env: { PATH: `${me.home}/bin` } });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^note +git +git version 2\.33\.8, 2\.34 is the oldest; .* This mends it: /m);
});
