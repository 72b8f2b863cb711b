import { isExcluded } from "./is-excluded.ts";
import { languageOf } from "./language-of.ts";

/** Larger files are tables, amalgamations and bundles. */
const MOST_BYTES = 400_000;

const NOISE =
  /^(?:_?_?tests?_?_?|unittests?|testing|testdata|testsuite|e2e|specs?|examples?|samples?|demos?|tutorials?|docs?|documentation|bench(?:mark)?s?|fixtures?|mocks?|third[-_]?party|3rd-?party|_?vendor(?:ed)?|external|externals|extern|deps|node_modules|bower_components|generated|gen|locales?|langs?|debian|subprojects|submodules|minified|umd)$/u;
const NOISY_FILE =
  /\.min\.|\.d\.[cm]?ts$|[._-](?:test|spec|stories|bench)\.|^test_|_test\.\w+$|Tests?\.\w+$|\.pb\.|_pb2(?:_grpc)?\.py$|zz_generated|\.(?:bundle|umd|prod)\./u;

/** Single files of other projects that packages carry along. */
const CARRIED = /^json(?:_fwd)?\.hpp$|^(?:axios|jquery|lodash|react|redux|vue)[.\w-]*\.[cm]?js$/u;

/** Whether a file of a package is library code: no test, example, vendored copy, generated file or excluded project. */
export function isLibraryCode(path: string, bytes: number): boolean {
  if (languageOf(path) === undefined || bytes > MOST_BYTES || bytes === 0) return false;
  const folders = path.split("/");
  const file = folders.pop() ?? "";
  if (NOISY_FILE.test(file) || CARRIED.test(file)) return false;
  return !folders.some((folder) => NOISE.test(folder.toLowerCase()) || isExcluded(folder));
}
