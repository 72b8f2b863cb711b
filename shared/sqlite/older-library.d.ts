/** What we use of it is the same in both versions. */
declare module "better-sqlite3-12" {
  import Database from "better-sqlite3";
  export = Database;
}
