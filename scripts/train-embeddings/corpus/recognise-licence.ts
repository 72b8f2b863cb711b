/** Phrases that only the text of one licence has, the stricter ones first: a text is what its first match says. */
const TEXTS: readonly (readonly [RegExp, string])[] = [
  [/mozilla public license/u, "MPL-2.0"],
  [/gnu affero general public/u, "AGPL"],
  [/gnu (?:lesser|library) general public/u, "LGPL"],
  [/gnu general public license/u, "GPL"],
  [/eclipse public license/u, "EPL-2.0"],
  [/business source license|server side public license|elastic license|commons clause/u, "source-available"],
  [/creative commons attribution/u, "CC-BY"],
  [/cc0 1\.0 universal/u, "CC0-1.0"],
  [/apache license,? version 2\.0|apache license\W+version 2\.0/u, "Apache-2.0"],
  [/boost software license/u, "BSL-1.0"],
  [/python software foundation license version 2/u, "PSF-2.0"],
  [/permission is hereby granted, free of charge, to any person obtaining a copy/u, "MIT"],
  [/permission to use, copy, modify, and(?:\/or)? distribute this software for any purpose/u, "ISC"],
  [/redistributions? of source code must retain.*neither the name/u, "BSD-3-Clause"],
  [
    /redistributions? of source code must retain.*names? of .{0,80}may not be used to endorse/u,
    "BSD-3-Clause",
  ],
  [/redistributions? of source code must retain/u, "BSD-2-Clause"],
  [/this is free and unencumbered software released into the public domain/u, "Unlicense"],
  [/altered source versions must be plainly marked/u, "Zlib"],
];

/** Names that metadata uses for licences, in lower case. */
const NAMES: readonly (readonly [RegExp, string])[] = [
  [/agpl|affero/u, "AGPL"],
  [/lgpl|lesser general/u, "LGPL"],
  [/gpl|general public/u, "GPL"],
  [/mpl|mozilla/u, "MPL-2.0"],
  [/apache|asl[ -]?2/u, "Apache-2.0"],
  [/^bsl|boost/u, "BSL-1.0"],
  [/(?:bsd|revised).*(?:3|three|new|modified)|(?:3|three|new|modified).*bsd/u, "BSD-3-Clause"],
  [/bsd|simplified/u, "BSD-2-Clause"],
  [/^(?:the )?mit|expat|x11/u, "MIT"],
  [/isc/u, "ISC"],
  [/zlib/u, "Zlib"],
  [/unlicense/u, "Unlicense"],
  [/psf|python software foundation|^python/u, "PSF-2.0"],
  [/cc0/u, "CC0-1.0"],
];

/** The SPDX identifier of a licence's text, or of the notice at the head of a source file; undefined for what is not known. */
export function recogniseText(text: string): string | undefined {
  const plain = text.toLowerCase().replaceAll(/[\s*#/;]+/gu, " ");
  return TEXTS.find(([phrase]) => phrase.test(plain))?.[1];
}

/** The SPDX identifier for a licence's name in words ("The Apache License, Version 2.0"); undefined for what is not known. */
export function recogniseName(name: string): string | undefined {
  const plain = name.toLowerCase().trim();
  return NAMES.find(([pattern]) => pattern.test(plain))?.[1];
}
