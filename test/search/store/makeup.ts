import type { Makeup } from "../../../servers/search/store/shapes.ts";

export const MAKEUP: Makeup = { version: 1, table: "abc" };
