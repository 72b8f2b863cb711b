import { expect, test } from "vitest";
import { nearest } from "../../shared/nearest.ts";

const TOOLS = ["read_file", "read_files", "find_files", "search_text"];

test.each([
  ["read_fil", "read_file"],
  ["Read_File", "read_file"],
  ["serch_text", "search_text"],
  ["find_file", "find_files"],
])("%s means %s", (word, meant) => {
  expect(nearest(word, TOOLS)).toBe(meant);
});

test("says nothing when nothing is near", () => {
  expect(nearest("delete_everything", TOOLS)).toBeUndefined();
  expect(nearest("", TOOLS)).toBeUndefined();
});
