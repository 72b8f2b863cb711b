import { expect, test } from "vitest";
import { Watches } from "../../shared/mcp/watches.ts";

test("many listeners share one watch, which ends with the last of them", async () => {
  const started: string[] = [];
  const stopped: string[] = [];
  let change = (): void => {};
  const watches = new Watches(async (uri, changed) => {
    started.push(uri);
    change = changed;
    return () => void stopped.push(uri);
  });
  const heard: string[] = [];
  const stopFirst = await watches.listen("a", () => heard.push("first"));
  const stopSecond = await watches.listen("a", () => heard.push("second"));
  change();
  stopFirst();
  stopFirst();
  change();
  stopSecond();
  await expect.poll(() => stopped).toEqual(["a"]);
  expect([started, heard]).toEqual([["a"], ["first", "second", "second"]]);
});

test("a watch that cannot start is forgotten, and another may be tried", async () => {
  let works = false;
  const watches = new Watches(async () => {
    if (!works) throw new Error("no");
    return () => {};
  });
  await expect(watches.listen("a", () => {})).rejects.toThrow("no");
  works = true;
  await expect(watches.listen("a", () => {})).resolves.toBeTypeOf("function");
});

test("at most 256 things are watched", async () => {
  const watches = new Watches(async () => () => {});
  const stops = await Promise.all(Array.from({ length: 256 }, (_, at) => watches.listen(`u${at}`, () => {})));
  await expect(watches.listen("one more", () => {})).rejects.toThrow("256 resources are watched already");
  stops[0]?.();
  await expect(watches.listen("one more", () => {})).resolves.toBeTypeOf("function");
});
