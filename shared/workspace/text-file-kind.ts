/** What a file is by its first bytes. `image` is set for what a client can show. */
export interface BinaryKind {
  readonly name: string;
  readonly image?: "image/png" | "image/jpeg" | "image/gif" | "image/webp";
}

const KINDS: readonly (BinaryKind & { readonly magic: string; readonly at?: number })[] = [
  { name: "PNG image", image: "image/png", magic: "\x89PNG\r\n\x1a\n" },
  { name: "JPEG image", image: "image/jpeg", magic: "\xff\xd8\xff" },
  { name: "GIF image", image: "image/gif", magic: "GIF87a" },
  { name: "GIF image", image: "image/gif", magic: "GIF89a" },
  { name: "WebP image", image: "image/webp", magic: "WEBP", at: 8 },
  { name: "PDF document", magic: "%PDF-" },
  { name: "zip archive or a document packed as one", magic: "PK\x03\x04" },
  { name: "gzip data", magic: "\x1f\x8b" },
  { name: "bzip2 data", magic: "BZh" },
  { name: "xz data", magic: "\xfd7zXZ\0" },
  { name: "zstd data", magic: "\x28\xb5\x2f\xfd" },
  { name: "7z archive", magic: "7z\xbc\xaf\x27\x1c" },
  { name: "tar archive", magic: "ustar", at: 257 },
  { name: "ELF program or library", magic: "\x7fELF" },
  { name: "Windows program", magic: "MZ" },
  { name: "Mach-O program", magic: "\xcf\xfa\xed\xfe" },
  { name: "Java class or Mach-O program", magic: "\xca\xfe\xba\xbe" },
  { name: "WebAssembly module", magic: "\0asm" },
  { name: "SQLite database", magic: "SQLite format 3\0" },
  { name: "TIFF image", magic: "II*\0" },
  { name: "icon", magic: "\0\0\x01\0" },
  { name: "WOFF2 font", magic: "wOF2" },
  { name: "MP4 video", magic: "ftyp", at: 4 },
  { name: "Ogg media", magic: "OggS" },
  { name: "MP3 audio", magic: "ID3" },
  { name: "Parquet table", magic: "PAR1" },
];

/** Names what is no text, by its magic number; `undefined` when nobody has heard of it. */
export function detectKind(head: Buffer): BinaryKind | undefined {
  const start = head.toString("latin1", 0, 300);
  return KINDS.find(({ magic, at = 0 }) => start.startsWith(magic, at));
}
