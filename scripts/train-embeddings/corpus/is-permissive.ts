const PERMISSIVE = new Set(
  `0bsd apache-2.0 bsd-2-clause bsd-3-clause bsl-1.0 cc0-1.0 isc licenseref-public-domain mit mit-0
  psf-2.0 python-2.0 unlicense zlib`.split(/\s+/u),
);

/**
 * Whether an SPDX expression grants what the corpus needs: one permissive choice of each `OR`, and every part of each
 * `AND`. `WITH` an exception only ever grants more. Nothing that cannot be read is permissive.
 */
export function isPermissive(expression: string): boolean {
  const tokens = expression.toLowerCase().match(/[()]|[^\s()]+/gu) ?? [];
  let at = 0;

  function either(): boolean {
    let granted = both();
    while (tokens[at] === "or") {
      at++;
      granted = both() || granted;
    }
    return granted;
  }

  function both(): boolean {
    let granted = one();
    while (tokens[at] === "and") {
      at++;
      granted = one() && granted;
    }
    return granted;
  }

  function one(): boolean {
    if (tokens[at] === "(") {
      at++;
      const granted = either();
      return tokens[at++] === ")" && granted;
    }
    const granted = PERMISSIVE.has(tokens[at++] ?? "");
    if (tokens[at] === "with") at += 2;
    return granted;
  }

  const granted = either();
  return granted && at === tokens.length;
}
