import { StaticTable } from "../../../shared/model/static-table.ts";
import { serveThread } from "../../../shared/process/serve-thread.ts";
import type { FromLane, ToLane } from "./lane.ts";
import { Maker } from "./maker.ts";
import { takeNext } from "./share.ts";

let maker: Maker | undefined;

// an error ends the thread, and with it the process: who is asked to write these files again learns which it was
serveThread<ToLane, FromLane>(async ({ id, files, taken, table }, say) => {
  maker ??= new Maker(table === undefined ? undefined : new StaticTable(table, "", 1));
  for (let at = takeNext(taken); at < files.length; at = takeNext(taken)) {
    const file = files[at];
    if (file !== undefined) say({ id, at, made: await maker.make(file) });
  }
  say({ id });
});
