import type { Client, Entry } from "../../shared/config/clients/clients.ts";
import { setMember } from "../../shared/config/clients/edit-json.ts";
import { setTable } from "../../shared/config/clients/edit-toml.ts";
import { fieldsOf } from "./client-entry.ts";

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
