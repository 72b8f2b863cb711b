import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { deflateRawSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { fetchPackage, fetchPackages } from "../../scripts/packages/fetch-package.ts";
import { packageFolder, type Package } from "../../scripts/packages/package.ts";
import { readFolder } from "../../scripts/packages/read-folder.ts";
import { readTar } from "../../scripts/packages/read-tar.ts";
import { readZip } from "../../scripts/packages/read-zip.ts";
import { writeEntries } from "../../scripts/packages/write-entries.ts";

let base: string;
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), "plumb-packages-"));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(base, { recursive: true, force: true });
});

interface TarFile {
  readonly path: string;
  readonly content?: string;
  readonly type?: string;
  readonly link?: string;
}

function tarBlock({ path, content = "", type = "0", link = "" }: TarFile): Buffer {
  const header = Buffer.alloc(512);
  const body = Buffer.from(content);
  header.write(path, 0, 100);
  header.write("0000644\0", 100);
  header.write(`${body.length.toString(8).padStart(11, "0")}\0`, 124);
  header.write(type, 156);
  header.write(link, 157, 100);
  header.write("ustar\0", 257);
  return Buffer.concat([header, body, Buffer.alloc((512 - (body.length % 512)) % 512)]);
}

function makeTar(files: readonly TarFile[]): Buffer {
  return Buffer.concat([...files.map(tarBlock), Buffer.alloc(1024)]);
}

interface ZipFile {
  readonly path: string;
  readonly content: string;
  /** What the list says of the size, where that is a lie. */
  readonly declared?: number;
  readonly mode?: number;
}

function makeZip(files: readonly ZipFile[]): Buffer {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let at = 0;
  for (const { path, content, declared, mode = 0o100644 } of files) {
    const name = Buffer.from(path);
    const packed = deflateRawSync(content);
    const head = Buffer.alloc(30);
    head.writeUInt32LE(0x04_03_4b_50, 0);
    head.writeUInt16LE(8, 8);
    head.writeUInt16LE(name.length, 26);
    const listed = Buffer.alloc(46);
    listed.writeUInt32LE(0x02_01_4b_50, 0);
    listed.writeUInt16LE(8, 10);
    listed.writeUInt32LE(packed.length, 20);
    listed.writeUInt32LE(declared ?? Buffer.byteLength(content), 24);
    listed.writeUInt16LE(name.length, 28);
    listed.writeUInt32LE((mode << 16) >>> 0, 38);
    listed.writeUInt32LE(at, 42);
    local.push(head, name, packed);
    central.push(listed, name);
    at += 30 + name.length + packed.length;
  }
  const list = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06_05_4b_50, 0);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...local, list, end]);
}

function write(entries: Parameters<typeof writeEntries>[0], name = "inside"): string {
  const folder = join(base, name);
  mkdirSync(folder);
  writeEntries(entries, folder, () => true);
  return folder;
}

describe("what an archive may not do", () => {
  const outside = [
    "../evil.js",
    "package/../../evil.js",
    "/etc/evil.js",
    "//evil.js",
    "a/b/../../../evil.js",
    "..",
    "..\\evil.js",
    "a\\..\\..\\evil.js",
    "C:/evil.js",
    "c:evil.js",
    "a\0b.js",
    "./..//evil.js",
    ".",
    "",
  ];

  test.each(outside)("an entry that leads outside is refused: %j", (path) => {
    const entry = { path, bytes: 1, read: () => Buffer.from("x") };
    expect(() => write([entry])).toThrow("leads outside");
    expect(readdirSync(base)).toEqual(["inside"]);
    expect(readdirSync(join(base, "inside"))).toEqual([]);
  });

  test("it is refused even where nobody wants the file", () => {
    const entries = [{ path: "../evil.js", bytes: 1, read: () => Buffer.from("x") }];
    expect(() => writeEntries(entries, base, () => false)).toThrow("leads outside");
  });

  test("no path at all gets out", () => {
    const segment = fc.constantFrom("..", ".", "", "a", "b.js", "..a", "a..", "\\", "C:", "\0", "...");
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 6 }), (segments) => {
        const ground = join(base, "ground");
        mkdirSync(join(ground, "inside"), { recursive: true });
        try {
          const entries = [{ path: segments.join("/"), bytes: 1, read: () => Buffer.from("x") }];
          writeEntries(entries, join(ground, "inside"), () => true);
        } catch (error) {
          expect(String(error)).toMatch(/leads outside|EISDIR|EEXIST|ENOTDIR/u);
        }
        expect(readdirSync(ground)).toEqual(["inside"]);
      }),
    );
  });

  test("a tar's links are left out, so nothing is written through one", () => {
    const tar = makeTar([
      { path: "package/out", type: "2", link: base },
      { path: "package/hard", type: "1", link: "/etc/hostname" },
      { path: "package/fifo", type: "6" },
      { path: "package/out/evil.js", content: "x" },
    ]);
    const folder = write(readTar(tar));
    expect(readdirSync(join(folder, "package"))).toEqual(["out"]);
    expect(readdirSync(base)).toEqual(["inside"]);
  });

  test("a zip's links are left out", () => {
    const zip = makeZip([
      { path: "out", content: "/etc", mode: 0o120777 },
      { path: "a.py", content: "x" },
    ]);
    expect(readdirSync(write(readZip(zip)))).toEqual(["a.py"]);
  });

  test("a file that unpacks to more than it says is a bomb", () => {
    const zip = makeZip([{ path: "bomb.py", content: "0".repeat(1_000_000), declared: 10 }]);
    expect(() => write(readZip(zip))).toThrow(/larger than/u);
  });

  test("a package of more than two gibibytes is refused before it is read", () => {
    const huge = { path: "huge", bytes: 2 ** 31 + 1, read: () => expect.unreachable("read") };
    expect(() => write([huge])).toThrow("2 GiB");
  });

  test("a client's own links are not followed", () => {
    mkdirSync(join(base, "vendor/a"), { recursive: true });
    writeFileSync(join(base, "secret.rs"), "secret");
    writeFileSync(join(base, "vendor/a/lib.rs"), "fn");
    symlinkSync(join(base, "secret.rs"), join(base, "vendor/a/link.rs"));
    symlinkSync(base, join(base, "vendor/a/up"));
    expect([...readFolder(join(base, "vendor"))].map(({ path }) => path)).toEqual(["a/lib.rs"]);
  });
});

describe("reading archives", () => {
  const name = fc.stringMatching(/^[a-zé]{1,9}$/u);
  const files = fc.dictionary(name, fc.string({ maxLength: 2000 }), { maxKeys: 8 });

  test("a tar gives back what went in", () => {
    fc.assert(
      fc.property(files, (contents) => {
        const tar = makeTar(Object.entries(contents).map(([path, content]) => ({ path, content })));
        const read = [...readTar(tar)].map((entry) => [entry.path, entry.read().toString("utf8")]);
        expect(read).toEqual(
          Object.entries(contents).map(([path, text]) => [path, Buffer.from(text).toString("utf8")]),
        );
      }),
    );
  });

  test("a zip gives back what went in", () => {
    fc.assert(
      fc.property(files, (contents) => {
        const zip = makeZip(Object.entries(contents).map(([path, content]) => ({ path, content })));
        const read = [...readZip(zip)].map((entry) => [entry.path, entry.read().toString("utf8")]);
        expect(read).toEqual(
          Object.entries(contents).map(([path, text]) => [path, Buffer.from(text).toString("utf8")]),
        );
      }),
    );
  });

  test.each(["gnu", "pax", "ustar"])("long and strange names that tar writes as %s are read", (format) => {
    const long = `${"d".repeat(80)}/${"é".repeat(30)}/${"f".repeat(50)}.js`;
    mkdirSync(join(base, "in", long, ".."), { recursive: true });
    writeFileSync(join(base, "in", long), "long");
    writeFileSync(join(base, "in/short.js"), "");
    const tar = execFileSync("tar", [`--format=${format}`, "-C", join(base, "in"), "-cf", "-", "."]);
    const read = new Map([...readTar(tar)].map((entry) => [entry.path, entry.read().toString()]));
    expect(read).toEqual(
      new Map([
        ["./short.js", ""],
        [`./${long}`, "long"],
      ]),
    );
  });

  test("an archive that was cut is refused, wherever the cut is", () => {
    const tar = makeTar([{ path: "a.js", content: "x".repeat(700) }]);
    expect(() => [...readTar(tar.subarray(0, 1000))]).toThrow("ends too soon");
    const zip = makeZip([{ path: "a.py", content: "x" }]);
    for (let length = 0; length < zip.length; length++) {
      expect(() => [...readZip(zip.subarray(0, length))].map(({ read }) => read())).toThrow(/./u);
    }
  });

  test("any bytes at all end in entries or an error", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
        for (const read of [readTar, readZip]) {
          try {
            for (const entry of read(Buffer.from(bytes))) entry.read();
          } catch (error) {
            expect(error).toBeInstanceOf(Error);
          }
        }
      }),
    );
  });
});

describe("fetching", () => {
  /** A client of the given name that stands in front of the real one: the network is the only thing that is played. */
  function play(client: string, script: string): void {
    const bin = join(base, "bin");
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, client), `#!/bin/sh\necho "$@" >> ${base}/calls\n${script}\n`, { mode: 0o755 });
    vi.stubEnv("PATH", `${bin}${delimiter}${process.env["PATH"] ?? ""}`);
  }

  function calls(): string[] {
    const file = join(base, "calls");
    return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
  }

  function npm(name: string, version = "1.0.0"): Package {
    return { registry: "npm", name, version };
  }

  function playNpm(files: readonly TarFile[]): void {
    writeFileSync(join(base, "packed.tgz"), gzipSync(makeTar(files)));
    play(
      "npm",
      `case "$*" in *missing*) echo "no such package" >&2; exit 1;; esac\ncp ${base}/packed.tgz a-1.0.0.tgz`,
    );
  }

  test("a package is fetched once, and its scripts are not run", async () => {
    playNpm([{ path: "package/src/a.ts", content: "export {}" }]);
    const folder = await fetchPackage(npm("@scope/a"), join(base, "cache"));
    expect(folder).toBe(join(base, "cache/npm/@scope+a-1.0.0"));
    expect(readFileSync(join(folder, "src/a.ts"), "utf8")).toBe("export {}");
    expect(await fetchPackage(npm("@scope/a"), join(base, "cache"))).toBe(folder);
    expect(calls()).toEqual(["pack --ignore-scripts --loglevel=error @scope/a@1.0.0"]);
    expect(readdirSync(join(base, "cache/.clients"))).toEqual([]);
  });

  test("one that cannot be had is reported with the client's reason, and the others come", async () => {
    playNpm([{ path: "package/a.js", content: "x" }]);
    const told: string[] = [];
    const wanted = [npm("a"), npm("missing"), npm("b")];
    const fetched = await fetchPackages(wanted, join(base, "cache"), {
      report: ({ wanted: { name } }) => told.push(name),
    });
    expect(told).toEqual(["a", "missing", "b"]);
    expect(fetched.map(({ kind }) => kind)).toEqual(["had", "missing", "had"]);
    expect(fetched[1]).toMatchObject({ reason: "npm: no such package" });
    await expect(fetchPackage(npm("missing"), join(base, "cache"))).rejects.toThrow(
      "npm missing 1.0.0: npm: no such package",
    );
  });

  test("an archive that leads outside leaves nothing, inside or out", async () => {
    playNpm([
      { path: "package/a.js", content: "x" },
      { path: "package/../../evil.js", content: "x" },
    ]);
    const [fetched] = await fetchPackages([npm("a")], join(base, "cache"), {});
    expect(fetched).toMatchObject({ kind: "missing", reason: expect.stringContaining("leads outside") });
    expect(readdirSync(join(base, "cache"))).toEqual([".clients"]);
    expect(readdirSync(join(base, "cache/.clients"))).toEqual([]);
  });

  test("only the files that are wanted are kept", async () => {
    playNpm([
      { path: "package/a.ts", content: "x" },
      { path: "package/a.js", content: "x" },
    ]);
    const folder = await fetchPackage(
      { ...npm("a"), keep: () => (path) => path.endsWith(".ts") },
      join(base, "cache"),
    );
    expect(readdirSync(folder)).toEqual(["a.ts"]);
  });

  test.each([
    ["--global", "1.0.0"],
    ["-g", "1.0.0"],
    ["../up", "1.0.0"],
    ["a/../../b", "1.0.0"],
    ["git+ssh://host/a b", "1.0.0"],
    ["a", "--help"],
    ["a", "1.0.0 b@2"],
    ["a", "file:../b"],
    ["a", "../b"],
    ["", "1.0.0"],
    ["a\nb", "1.0.0"],
  ])("a client is never given %j at %j", async (name, version) => {
    playNpm([]);
    const [fetched] = await fetchPackages([npm(name, version)], join(base, "cache"), {});
    expect(fetched).toMatchObject({ kind: "missing", reason: expect.stringContaining("not a ") });
    expect(calls()).toEqual([]);
  });

  test("a batch in which some are missing or exclude each other is tried in halves", async () => {
    play(
      "cargo",
      `grep -q missing Cargo.toml && exit 1
      grep -q links-one Cargo.toml && grep -q links-two Cargo.toml && exit 1
      for crate in $(sed -n 's/.*package = "\\([^"]*\\)".*/\\1/p' Cargo.toml); do
        mkdir -p vendor/$crate-1.0.0 && echo fn > vendor/$crate-1.0.0/lib.rs
      done`,
    );
    const names = ["one", "links-one", "two", "missing", "three", "four", "links-two", "five"];
    const wanted = names.map((name) => ({ registry: "crates" as const, name, version: "1.0.0" }));
    const fetched = await fetchPackages(wanted, join(base, "cache"), {});
    const missing = fetched.filter(({ kind }) => kind === "missing").map((fate) => fate.wanted.name);
    expect(missing).toEqual(["missing"]);
    expect(fetched.map((fate) => fate.wanted.name)).toEqual(names);
  });

  test("a folder is named for the package and its version, without what a name cannot hold", () => {
    expect(packageFolder({ registry: "go", name: "github.com/a/b", version: "v1.0.0" }, "/c")).toBe(
      join("/c", "go", "github.com+a+b-v1.0.0"),
    );
    expect(packageFolder({ registry: "debian", name: "a", version: "1:2~3" }, "/c")).toBe(
      join("/c/debian/a-1+2+3"),
    );
  });
});
