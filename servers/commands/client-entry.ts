import { clients, type Client, type Entry } from "../../shared/config/clients/clients.ts";
import { renderTable } from "../../shared/config/clients/edit-toml.ts";
import { StartupError } from "../../shared/errors.ts";
import { nearest } from "../../shared/nearest.ts";

/** A client by its name on the command line. Throws `StartupError` with the nearest one. */
export function clientNamed(name: string): Client {
  const found = Object.hasOwn(clients, name) ? clients[name] : undefined;
  if (found !== undefined) return found;
  const all = [...Object.keys(clients), "show"];
  const meant = nearest(name, all);
  throw new StartupError(
    `there is no client "${name.slice(0, 60)}"; ${meant === undefined ? `there are: ${all.join(", ")}` : `did you mean "${meant}"?`}`,
  );
}

/** What an entry is called in a client: `plumbline`, or `plumbline-git` for one server alone. */
export function entryName(server: string): string {
  return server === "core" || server === "all" ? "plumbline" : `plumbline-${server}`;
}

/** The lines that a person pastes. Throws `StartupError` as `fieldsOf` does. */
export function snippet(client: Client, name: string, entry: Entry): string {
  const fields = fieldsOf(client, entry);
  return client.format === "toml"
    ? renderTable([client.section, name], fields)
    : JSON.stringify({ [client.section]: { [name]: fields } }, null, 2);
}

/** What a client keeps of an entry. Throws `StartupError` when it cannot have such an entry. */
export function fieldsOf(client: Client, entry: Entry): Exclude<ReturnType<Client["shape"]>, string> {
  const fields = client.shape(entry);
  if (typeof fields === "string") throw new StartupError(fields);
  return fields;
}
