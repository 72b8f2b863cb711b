import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findAllowedUrl } from "../../../hooks/run/allowed-url.ts";

describe("an address is allowed", () => {
  test.each([
    ["by the same address", "https://a.example/hook", "https://a.example/hook"],
    [
      "by the same address in another spelling",
      "HTTPS://A.example:443/x/../hook#part",
      "https://a.example/hook",
    ],
    ["by a name in Unicode", "https://xn--bcher-kva.example/", "https://bücher.example"],
    ["by everything below a path", "https://a.example/hooks/1?x=2", "https://a.example/hooks/*"],
    ["by a star in the middle", "https://a.example/v1/hook", "https://a.example/*/hook"],
    ["by every port", "http://a.example:8080/hook", "http://a.example:*/hook"],
    ["by every port, also the usual one", "http://a.example/hook", "http://a.example:*/hook"],
    ["by its port written out", "https://a.example/x", "https://a.example:443/*"],
    ["by every host below a name", "https://b.a.example/x", "https://*.a.example/*"],
    ["by every host", "https://a.example:99/x?y", "https://*"],
    ["by everything", "http://a.example/x?y", "*"],
    ["by both kinds", "http://a.example/", "http*://a.example/"],
    ["by a query", "https://a.example/?key=1&b=2", "https://a.example/?key=*"],
  ])("%s", (_, url, entry) => {
    expect(findAllowedUrl(url, ["https://other.example/", entry]).url.href).toBe(new URL(url).href);
  });
});

describe("an address is refused", () => {
  test.each([
    ["by another path", "https://a.example/hook2", "https://a.example/hook"],
    ["by another query", "https://a.example/hook?x", "https://a.example/hook"],
    ["by another port", "https://a.example:444/hook", "https://a.example/hook"],
    ["by the other kind", "http://a.example/hook", "https://a.example/hook"],
    ["that leaves the allowed path", "https://a.example/hooks/%2e%2e/admin", "https://a.example/hooks/*"],
    ["whose path looks like a host", "https://evil.example/x.a.example/", "https://*.a.example/*"],
    [
      "whose path looks like a host after a star",
      "https://evil.example/https://a.example/",
      "https://*a.example/*",
    ],
    ["whose query looks like a host", "https://evil.example?.a.example/x", "https://*.a.example/*"],
    ["whose user looks like a host", "https://b.a.example@evil.example/", "https://*"],
    ["that only begins like one", "https://a.example.evil.example/x", "https://a.example/*"],
    ["that only ends like one", "https://evila.example/x", "https://*.a.example/*"],
    ["under no entry's scheme", "ftp://a.example/", "*"],
    ["that is a file", "file:///etc/passwd", "*"],
    ["that is none", "not a url", "*"],
    ["that is empty", "", "*"],
    ["that is too long", `https://a.example/${"x".repeat(3_000)}`, "*"],
    ["by an entry without a kind", "https://a.example/x", "a.example/*"],
    ["by an entry that is none", "https://a.example/x", "https://"],
  ])("%s", (_, url, entry) => {
    expect(() => findAllowedUrl(url, [entry])).toThrow(expect.objectContaining({ code: "denied" }));
  });

  test("when there is no entry", () => {
    expect(() => findAllowedUrl("https://a.example/\u202e", [])).toThrow(
      "no entry of hooks.allowedUrls allows https://a.example/%E2%80%AE",
    );
  });
});

test("knows whether an entry spells the host", () => {
  const spelled = (url: string, ...entries: string[]): boolean => findAllowedUrl(url, entries).spelled;
  expect(spelled("http://127.0.0.1:99/x", "http://127.0.0.1:99/x")).toBe(true);
  expect(spelled("http://127.1:99/x", "http://127.0.0.1:*/*")).toBe(true);
  expect(spelled("http://[::1]:99/x", "http://[::1]:*/*")).toBe(true);
  expect(spelled("http://localhost/x", "http://localhost/*")).toBe(true);
  expect(spelled("http://localhost/x", "*", "http://*/x", "http://localhost*", "http://*localhost/x")).toBe(
    false,
  );
  expect(spelled("http://localhost/x", "http://*", "http://localhost/*")).toBe(true);
});

test("stars stand for any text, as an expression of the same meaning says", () => {
  const piece = fc.stringMatching(/^[a-b/]{0,4}$/u);
  fc.assert(
    fc.property(
      fc.array(piece, { minLength: 1, maxLength: 5 }),
      fc.stringMatching(/^[a-b/]{0,12}$/u),
      (pieces, path) => {
        const entry = `https://h.example/${pieces.join("*")}*`;
        const same = new RegExp(`^https://h\\.example/${pieces.join(".*")}.*$`, "u");
        const url = `https://h.example/${path}`;
        let allowed = true;
        try {
          findAllowedUrl(url, [entry]);
        } catch {
          allowed = false;
        }
        expect(allowed).toBe(same.test(url));
      },
    ),
    { numRuns: 500 },
  );
});

test("a long entry with many stars costs no time", () => {
  const entry = `https://h.example/${"*a".repeat(1_000)}b`;
  const began = performance.now();
  expect(() => findAllowedUrl(`https://h.example/${"a".repeat(2_000)}`, [entry])).toThrow("no entry");
  expect(performance.now() - began).toBeLessThan(1_000);
});
