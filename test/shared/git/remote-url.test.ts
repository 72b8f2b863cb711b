import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readRemoteUrl, withoutSecrets } from "../../../shared/git/remote-url.ts";

const RUNS = Number(process.env["PLUMB_RUNS"] ?? 200);

describe("the address of a remote", () => {
  test.each([
    ["https://example.com/a.git", "https", "https://example.com/a.git"],
    ["HTTPS://example.com/a.git", "https", "HTTPS://example.com/a.git"],
    ["http://example.com:8080/a", "http:https", "http://example.com:8080/a"],
    ["ssh://git@example.com:22/a.git", "ssh", "ssh://git@example.com:22/a.git"],
    ["git+ssh://example.com/a", "ssh", "git+ssh://example.com/a"],
    ["git://example.com/a", "git", "git://example.com/a"],
    ["git@example.com:a/b.git", "ssh", "git@example.com:a/b.git"],
    ["example.com:a", "ssh", "example.com:a"],
    ["[::1]:a", "ssh", "[::1]:a"],
    ["https://ada:secret@example.com/a", "https", "https://***@example.com/a"],
    ["https://ghp_secret@example.com/a", "https", "https://***@example.com/a"],
    ["https://ada:sec@ret@example.com/a", "https", "https://***@example.com/a"],
    ["https://example.com/a?token=secret", "https", "https://example.com/a?***"],
    ["ssh://ada:secret@example.com/a", "ssh", "ssh://***@example.com/a"],
    ["ada:secret@example.com:a", "ssh", "***@example.com:a"],
  ])("%s is reached by %s, shown as %s", (url, protocols, shown) => {
    expect(readRemoteUrl(url)).toMatchObject({ kind: "network", protocols, shown });
  });

  test.each([
    ["/srv/a.git", "/srv/a.git"],
    ["../a", "../a"],
    ["./a:b", "./a:b"],
    ["a", "a"],
    ["~/a", "~/a"],
    ["file:///srv/a%20b", "/srv/a b"],
    ["file://localhost/srv/a", "/srv/a"],
  ])("%s is a place on this machine", (url, path) => {
    expect(readRemoteUrl(url)).toMatchObject({ kind: "local", path });
  });

  test.each([
    ["", /no address holds/u],
    ["-oProxyCommand=touch x", /no address holds/u],
    ["--upload-pack=touch x", /no address holds/u],
    ["https://example.com/a\nhost=b", /no address holds/u],
    ["https://example.com/a%0ahost=b", /no address holds/u],
    ["https://example.com/a\u0000", /no address holds/u],
    ["ext::sh -c x", /helper program/u],
    ["fd::3", /helper program/u],
    ["EXT::sh", /helper program/u],
    ["::sh", /helper program/u],
    ["https::https://example.com", /helper program/u],
    ["ext://x", /protocol ext/u],
    ["ftp://example.com/a", /protocol ftp/u],
    ["constructor://x", /protocol constructor/u],
    ["ssh://-oProxyCommand=x/a", /no proper host/u],
    ["ssh://%2doProxyCommand=x/a", /no proper host/u],
    ["ssh://git@-oProxyCommand=x/a", /no proper host/u],
    ["ssh://-l@example.com/a", /no proper host/u],
    ["git@-oProxyCommand=x:a", /no proper host/u],
    ["https:///a", /no proper host/u],
    ["file://elsewhere/a", /another host/u],
    ["file:///a%zz", /not well written/u],
  ])("%j is refused", (url, message) => {
    expect(() => readRemoteUrl(url)).toThrow(message);
  });

  test("never shows what signs somebody in, wherever it stands in a text", () => {
    const word = fc.stringMatching(/^[A-Za-z0-9:@%+._~-]{1,20}$/u);
    fc.assert(
      fc.property(word, fc.constantFrom("https", "http", "HTTP"), fc.string(), (secret, scheme, text) => {
        const shown = withoutSecrets(
          `${text} fatal: '${scheme}://u:SE${secret}CRET@host/x' not found ${text}`,
        );
        expect(shown).not.toContain(`SE${secret}CRET`);
        expect(shown).toContain("host/x");
      }),
      { numRuns: RUNS },
    );
  });

  test("is either one of four protocols or a place, whatever is written", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 40 }), (url) => {
        try {
          const read = readRemoteUrl(url);
          if (read.kind === "network")
            expect(["https", "http:https", "ssh", "git"]).toContain(read.protocols);
          else expect(read.path).not.toMatch(/^-|::/u);
        } catch (error) {
          expect(error).toMatchObject({ code: "denied" });
        }
      }),
      { numRuns: RUNS },
    );
  });
});
