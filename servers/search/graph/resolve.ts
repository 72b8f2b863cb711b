import { inherited } from "./ancestry.ts";
import { classAround } from "./classes.ts";
import { familyOf, hasImplicitThis } from "./family.ts";
import type { Lookups } from "./lookups.ts";
import { resolveMember } from "./resolve-member.ts";
import { as, resolution, resolveName } from "./resolve-name.ts";
import type { Mention, Resolution } from "./shapes.ts";

/** The definitions that a reference may mean, and how sure that is. Nothing is stored: it is worked out when it is asked for. */
export function resolve(mention: Mention, lookups: Lookups): Resolution {
  const { file, line, kind, name, receiver, origin } = mention;
  return lookups.once(`mention ${file} ${line} ${kind} ${name} ${receiver ?? "-"} ${origin ?? ""}`, () =>
    resolveNow(mention, lookups),
  );
}

function resolveNow(mention: Mention, lookups: Lookups): Resolution {
  if (mention.receiver !== undefined) return resolveMember(mention, mention.receiver, lookups);
  const found = resolveName(mention, lookups);
  const isOwn = found.targets.some(({ confidence }) => confidence === "file");
  if (isOwn || !hasImplicitThis(familyOf(mention.path)) || mention.kind === "type") return found;
  const own = classAround(mention.within, lookups);
  const above = own === undefined ? [] : inherited(own, mention.name, lookups);
  return above.length === 0 ? found : { ...resolution(as(above, "file"), above), named: found.named };
}
