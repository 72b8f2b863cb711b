import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Ground } from "./clients.ts";
import type { Entry } from "./entry.ts";
import type { Package } from "./package.ts";
import { readZip } from "./read-zip.ts";
import { runClient } from "./run-client.ts";

const PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1";

/** Copies the `-sources` jars and the poms, without what they depend on, in one start of Maven. */
export async function fromMaven(
  packages: readonly Package[],
  { scratch, kept, unpack }: Ground,
): Promise<void> {
  writeFileSync(join(scratch, "pom.xml"), project(packages));
  const args = ["--quiet", "--batch-mode", `-Dmaven.repo.local=${join(kept, "maven")}`, `${PLUGIN}:copy`];
  await runClient("mvn", args, { cwd: scratch, minutes: 10 });
  for (const [index, wanted] of packages.entries()) {
    unpack(wanted, jarAndPom(join(scratch, String(index))));
  }
}

function* jarAndPom(base: string): Generator<Entry> {
  const pom = readFileSync(`${base}.pom`);
  yield { path: "pom.xml", bytes: pom.length, read: () => pom };
  yield* readZip(readFileSync(`${base}.jar`));
}

function project(packages: readonly Package[]): string {
  const items = packages.flatMap((wanted, index) => [
    item(wanted, `<classifier>sources</classifier><destFileName>${index}.jar</destFileName>`),
    item(wanted, `<type>pom</type><destFileName>${index}.pom</destFileName>`),
  ]);
  return `<project><modelVersion>4.0.0</modelVersion>
<groupId>scratch</groupId><artifactId>scratch</artifactId><version>0</version><packaging>pom</packaging>
<build><plugins><plugin><groupId>org.apache.maven.plugins</groupId><artifactId>maven-dependency-plugin</artifactId>
<configuration><outputDirectory>.</outputDirectory><artifactItems>
${items.join("\n")}
</artifactItems></configuration></plugin></plugins></build></project>
`;
}

/** Names were checked to hold no character that XML gives a meaning. */
function item({ name, version }: Package, rest: string): string {
  const [group = "", artifact = ""] = name.split(":");
  return `<artifactItem><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version>${rest}</artifactItem>`;
}
