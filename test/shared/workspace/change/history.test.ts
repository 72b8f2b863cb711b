import { expect, test } from "vitest";
import { historyOf, laterAt, remade, type PastChange } from "../../../../shared/workspace/change/history.ts";
import type { Change, Step } from "../../../../shared/workspace/change/journal.ts";
import { stepsAt } from "../../../../shared/workspace/change/undo-steps.ts";

const at = (path: string): Step["place"] => ({ root: "/r", relative: path });
const put = (path: string): Step => ({ what: "put", place: at(path) });
const remove = (path: string): Step => ({ what: "remove", place: at(path) });
const move = (from: string, to: string): Step => ({ what: "move", place: at(to), from: at(from) });
const make = (path: string): Step => ({ what: "make", place: at(path) });
const unmake = (path: string): Step => ({ what: "unmake", place: at(path) });

function change(id: string, steps: readonly Step[], undoes?: string): Change {
  const about = { at: "2026-11-21T10:00:00.000Z", tool: "t.t", call: "c", bytes: 0 };
  return { id, ...about, steps: [...steps], ...(undoes === undefined ? {} : { undoes }) };
}

function states(history: readonly PastChange[]): string[] {
  return history.map(({ change, state, undoneBy = "" }) => `${change.id} ${state} ${undoneBy}`.trim());
}

test("the newest comes first, and an undo takes its change away", () => {
  const done = [change("a", [put("x")]), change("b", [put("y")]), change("c", [put("x")], "a")];
  expect(states(historyOf(done))).toEqual(["c done", "b done", "a undone c"]);
});

test("an undo that was undone counts for nothing, and so on", () => {
  const done = [
    change("a", [put("x")]),
    change("b", [put("x")], "a"),
    change("c", [put("x")], "b"),
    change("d", [put("x")], "c"),
  ];
  expect(states(historyOf(done.slice(0, 3)))).toEqual(["c done", "b undone c", "a done"]);
  expect(states(historyOf(done))).toEqual(["d done", "c undone d", "b done", "a undone b"]);
});

test("what was undone in part is left in part, also when only a part of that was made again", () => {
  const both = [make("d"), put("d/x"), put("y")];
  const done = [change("a", both), change("b", [put("y"), remove("d/x"), unmake("d")], "a")];
  expect(states(historyOf(done))).toEqual(["b done", "a undone b"]);
  const again = historyOf([...done, change("c", [put("y")], "b")]);
  expect(states(again)).toEqual(["c done", "b partly c", "a partly b"]);
  expect(again[2]?.left).toEqual([make("d"), put("y")]);
  const rest = historyOf([...done, change("c", [put("y")], "b"), change("d", [put("y")], "a")]);
  expect(states(rest)).toEqual(["d done", "c done", "b partly c", "a undone d"]);
});

test("a move is taken back at both its ends", () => {
  const done = [change("a", [remove("y"), move("x", "y")]), change("b", [move("y", "x"), put("y")], "a")];
  expect(states(historyOf(done))).toEqual(["b done", "a undone b"]);
});

test("later changes of a path are those that still count, of it or of a folder above it", () => {
  const history = historyOf([
    change("a", [put("d/x")]),
    change("b", [put("d/y")]),
    change("c", [put("d/x")]),
    change("d", [move("d", "e")]),
    change("e", [put("d/x")]),
    change("f", [put("d/x")], "e"),
    change("g", [make("d"), put("d/z")]),
  ]);
  expect(laterAt(history, "a", "/r/d/x").map(({ change }) => change.id)).toEqual(["f", "d", "c"]);
  expect(laterAt(history, "g", "/r/d/x")).toEqual([]);
});

test("what was made again is found through every undo of an undo", () => {
  const history = historyOf([
    change("a", [put("x")]),
    change("b", [put("x")], "a"),
    change("c", [put("x")], "b"),
    change("d", [put("x")], "c"),
    change("e", [put("x")], "d"),
    change("f", [put("x")], "a"),
    change("g", [put("x")], "f"),
  ]);
  expect(remade(history, "a").map(({ id }) => id)).toEqual(["g", "e", "c"]);
  expect(remade(history, "g")).toEqual([]);
});

test("steps at some paths come with all that hangs together with them", () => {
  const steps = [make("d"), make("d/e"), make("f"), put("d/e/x"), remove("y"), move("z", "y"), put("f/w")];
  const chosen = (...paths: string[]): Step[] =>
    stepsAt(
      steps,
      paths.map((path) => `/r/${path}`),
    );
  expect(chosen("d/e/x")).toEqual([make("d"), make("d/e"), put("d/e/x")]);
  expect(chosen("d")).toEqual([make("d"), make("d/e"), put("d/e/x")]);
  expect(chosen("z")).toEqual([remove("y"), move("z", "y")]);
  expect(chosen("y", "f")).toEqual([make("f"), remove("y"), move("z", "y"), put("f/w")]);
  expect(chosen("d/e/x/deeper", "nothing", "d/e/xx")).toEqual([]);
  expect(stepsAt(steps, ["/r"])).toEqual(steps);
  expect(stepsAt(steps, ["/"])).toEqual(steps);
});
