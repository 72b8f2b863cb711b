import { clients, type Client, type Entry } from "../../shared/config/clients/clients.ts";
import { setMember } from "../../shared/config/clients/edit-json.ts";
import { renderTable, setTable } from "../../shared/config/clients/edit-toml.ts";
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

/** The lines that a person pastes. Throws `StartupError` when the client cannot have such an entry. */
export function snippet(client: Client, name: string, entry: Entry): string {
  const fields = fieldsOf(client, entry);
  return client.format === "toml"
    ? renderTable([client.section, name], fields)
    : JSON.stringify({ [client.section]: { [name]: fields } }, null, 2);
}

/** The client's whole file with the entry in it, all else as it was. */
export function withEntry(
  text: string,
  client: Client,
  { name, entry }: { readonly name: string; readonly entry: Entry },
): string {
  const fields = fieldsOf(client, entry);
  return client.format === "toml"
    ? setTable(text, [client.section, name], fields)
    : setMember(text, [client.section, name], fields);
}

function fieldsOf(client: Client, entry: Entry): Exclude<ReturnType<Client["shape"]>, string> {
  const fields = client.shape(entry);
  if (typeof fields === "string") throw new StartupError(fields);
  return fields;
}
