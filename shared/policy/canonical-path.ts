// Short names (git~1) are left as they are: the patterns of protected paths know them.
const PLAIN = /^[ -9;-[\]-~]*$/u;
const ENDS_ODDLY = /[. ](?:\/|$)/u;
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cc}]/gu;

/**
 * One spelling for all names that some file system takes for the same thing: case, compatibility forms, characters
 * that are ignored, trailing dots and spaces, alternate data streams. It may join names that are two here, so it is
 * for refusing and never for allowing.
 */
export function canonicalPath(path: string): string {
  if (PLAIN.test(path) && !ENDS_ODDLY.test(path)) return path.toLowerCase();
  return path.split(/[\\/]/u).map(canonicalName).join("/");
}

function canonicalName(name: string, index: number): string {
  if (index === 0 && /^[a-z]:$/iu.test(name)) return name.toLowerCase();
  const folded = name.normalize("NFKC").replace(INVISIBLE, "").toLowerCase().normalize("NFKC");
  const stream = folded.indexOf(":");
  return (stream > 0 ? folded.slice(0, stream) : folded).replace(/[. ]+$/u, "");
}
