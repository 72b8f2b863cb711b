/** One regular file of a package; links, devices and folders are no entries. */
export interface Entry {
  /** As the package has it: not to be trusted. */
  readonly path: string;
  readonly bytes: number;
  /** The content, read only when it is wanted. */
  readonly read: () => Buffer;
}
