// node scripts/complete-lock.mjs, after each change of the dependencies. npm leaves optional packages of other
// platforms out of the lock when the registry at hand does not offer them, and then `npm ci` refuses the lock.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const SYSTEMS = ["android", "darwin", "freebsd", "linux", "openharmony", "win32"];
const PROCESSORS = ["arm64", "arm", "ia32", "ppc64", "riscv64", "s390x", "x64"];
const LIBRARIES = { glibc: /^gnu/u, musl: /^musl/u };

const file = join(import.meta.dirname, "../package-lock.json");
const lock = JSON.parse(readFileSync(file, "utf8"));
const added = Object.entries(lock.packages).flatMap(([path, entry]) => missingOf(path, entry));
lock.packages = Object.fromEntries(
  [...Object.entries(lock.packages), ...added].sort(([a], [b]) => (a < b ? -1 : 1)),
);
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`package-lock.json: ${added.length} packages of other platforms added`);

/** `[path, entry]` of each optional package that one package names and the lock lacks. */
function missingOf(path, { optionalDependencies = {}, dev = false }) {
  const folder = folderOfSiblings(path, optionalDependencies);
  if (folder === undefined) return [];
  return Object.entries(optionalDependencies)
    .filter(([name]) => lock.packages[folder + name] === undefined)
    .map(([name, version]) => [
      folder + name,
      { version, ...(dev ? { dev } : {}), optional: true, ...platformOf(name) },
    ]);
}

/** Where the same package's builds for platforms that the registry has were put. */
function folderOfSiblings(path, siblings) {
  const own = `${path}/node_modules/`;
  const beside = path.replace(/(node_modules\/)(?:@[^/]+\/)?[^/]+$/u, "$1");
  return [beside, own].find((folder) =>
    Object.entries(siblings).some(([name, version]) => lock.packages[folder + name]?.version === version),
  );
}

/** npm skips what does not fit the machine by these fields, without a look at the registry. */
function platformOf(name) {
  const words = name.split(/[/-]/u);
  const [libc] = Object.entries(LIBRARIES).find(([, word]) => words.some((each) => word.test(each))) ?? [];
  const os = SYSTEMS.filter((each) => words.includes(each));
  const cpu = PROCESSORS.filter((each) => words.includes(each));
  if (os.length !== 1 || cpu.length !== 1) throw new Error(`${name} does not say its platform`);
  return { os, cpu, ...(os[0] === "linux" && libc !== undefined ? { libc: [libc] } : {}) };
}
