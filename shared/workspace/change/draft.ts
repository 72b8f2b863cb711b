import { randomUUID } from "node:crypto";
import { dirname } from "node:path";
import type { Access, Place } from "../../access.ts";
import type { Containment } from "../contain.ts";
import { inWords, notFound, wrongKind } from "../contain-errors.ts";
import { factsOf } from "../entry.ts";
import { OpenFile } from "../open-file.ts";
import { pathOfPlace } from "../path-of-place.ts";
import type { SafePath } from "../safe-path.ts";
import type { Survey } from "../survey.ts";
import type { ReadyStep } from "./carry-out.ts";
import type { Spot } from "./folder.ts";
import { HeldFolders } from "./held-folders.ts";
import { findTarget, type Target } from "./find-target.ts";
import type { Kept, Step } from "./journal.ts";
import { mountPoint } from "./mount-point.ts";
import { refuseReadOnly } from "./refuse-read-only.ts";
import { removeTree } from "./remove-tree.ts";
import { Stale } from "./shift.ts";
import { stageFile, type Content } from "./stage-file.ts";
import { stageTree, type TreeSource } from "./stage-tree.ts";
import { stampOf, type Stamp } from "./stamp.ts";
import { wordedWrite } from "./write-errors.ts";

export interface DraftOptions {
  readonly containment: Containment;
  readonly access: Access;
  readonly show: (place: Place) => string;
  /** Whether new contents are on the disk, and not only in its cache, before they replace old ones. */
  readonly fsync: boolean;
}

interface PutOptions {
  /** The whole old content: compared once more, since the time of a very young file cannot tell whether it changed. */
  readonly basis?: Buffer | undefined;
  /** Permission bits of a new file, as of the one that it is a copy of. */
  readonly mode?: number | undefined;
  readonly executable?: boolean | undefined;
}

/** A step that waits to be carried out. */
export interface Planned extends ReadyStep {
  /** What has to be there unchanged: nothing else may be replaced, removed or moved. */
  readonly looked?: Pick<Target, "before" | "at">;
  readonly basis?: Buffer | undefined;
  /** Bytes that are kept for it. */
  readonly bytes?: number;
}

/**
 * A change while it is prepared: new contents lie in the trash, nothing can be seen of it yet. Whoever makes one
 * disposes of it; what was not carried out is cleared away then.
 */
export class Draft implements AsyncDisposable {
  readonly id = randomUUID().slice(0, 8);
  readonly steps: Planned[] = [];
  readonly folders: HeldFolders;
  /** Run just before the steps, when no change by a tool can come in between any more; each throws when it may not be. */
  readonly lastChecks: (() => Promise<void>)[] = [];
  readonly #options: DraftOptions;
  readonly #staged: Spot[] = [];
  readonly #made = new Set<string>();
  #names = 0;

  constructor(options: DraftOptions) {
    this.#options = options;
    this.folders = new HeldFolders(options.containment);
  }

  /**
   * Looks at what stands at a path now, and asks for the right to write there. A link in the last place is followed
   * for what is about a file's content, kept for what is about its name. Throws `denied`, and `invalid_input` for the
   * root itself and for a path below a file.
   */
  target(path: SafePath, last: "follow" | "keep"): Target {
    return findTarget(path, last, { ...this.#options, folders: this.folders });
  }

  /** Opens the file that was looked at. Throws `Stale` when another thing stands there by now. */
  open({ place, spot, before, shown }: Target): OpenFile {
    return inWords(shown, () => {
      const held = spot.folder.held.look(spot.name);
      if (held === undefined) throw new Stale(shown);
      try {
        const { stats } = held;
        if (stats.ino !== before?.ino || stats.dev !== before.dev) throw new Stale(shown);
        const facts = factsOf(stats);
        const { identity, links, kind } = facts;
        this.#options.access.permit({ ...place, identity, links }, "read");
        if (kind !== "file") throw wrongKind(shown, kind, "file");
        return new OpenFile(place, held.open(), facts);
      } finally {
        held.close();
      }
    });
  }

  /** Plans a file's new content, which is written to the trash here and now; the stamp is that of the new file. */
  async put(target: Target, content: Content, { basis, mode, executable }: PutOptions = {}): Promise<Stamp> {
    const { access, fsync } = this.#options;
    const { before: like, parent } = target;
    if (like !== undefined) refuseReadOnly(target.spot, target.shown);
    const [spot, staged] = this.trashName(target, "new");
    const { signal } = access;
    try {
      const after = await stageFile(spot, content, { like, parent, mode, executable, fsync, signal });
      this.#staged.push(spot);
      this.putBack(target, { spot, staged, after, basis });
      return after;
    } catch (error) {
      throw wordedWrite(target.shown, error);
    }
  }

  /** Plans that something in the trash comes to stand at the target, where nothing is or a file that it replaces. */
  putBack(
    target: Target,
    { spot, staged, after, basis }: { spot: Spot; staged: Kept; after: Stamp; basis?: Buffer | undefined },
  ): void {
    this.#make(target);
    const step: Step = { what: "put", place: bare(target.place), staged, after };
    if (target.before === undefined) return this.#add(target, step, { staged: spot });
    if (target.before.isDirectory()) throw wrongKind(target.shown, "directory", "file");
    const [keptSpot, kept] = this.trashName(target, "old");
    const before = stampOf(target.before);
    const more = { staged: spot, kept: keptSpot, looked: target, basis, bytes: before.size };
    this.#add(target, { ...step, before, kept }, more);
  }

  /** Plans that a copy of something, whole trees too, comes to stand at the target; it is made in the trash here and now. */
  async putCopy(target: Target, source: TreeSource): Promise<void> {
    const { containment, access } = this.#options;
    const [spot, staged] = this.trashName(target, "new");
    this.#staged.push(spot);
    const { parent } = target;
    const after = await stageTree(spot, source, { containment, parent, signal: access.signal });
    this.putBack(target, { spot, staged, after });
  }

  /** Plans that what stands there goes to the trash; of a directory what was found in it. */
  remove(target: Target, found?: Pick<Survey, "bytes" | "digest">): void {
    if (target.before === undefined) throw notFound(target.shown);
    const [spot, kept] = this.trashName(target, "old");
    const before = stampOf(target.before, found?.digest);
    const bytes = found?.bytes ?? before.size;
    this.#add(
      target,
      { what: "remove", place: bare(target.place), before, kept },
      { kept: spot, looked: target, bytes },
    );
  }

  /** Plans a move onto a free name; both must lie on one mount. Of a directory with what was found in it. */
  move(from: Target, to: Target, found?: Pick<Survey, "digest">): void {
    if (from.before === undefined) throw notFound(from.shown);
    this.#make(to);
    const stamp = stampOf(from.before, found?.digest);
    const step: Step = {
      what: "move",
      place: bare(to.place),
      from: bare(from.place),
      before: stamp,
      after: stamp,
    };
    this.#add(to, step, { from: from.spot, looked: from });
  }

  /** Plans that a directory is gone when nothing is in it. */
  unmake(target: Target): void {
    this.#add(target, { what: "unmake", place: bare(target.place) }, {});
  }

  /** Whether one can be renamed to the other; if not, its content has to be copied. */
  sharesMount(one: Target, other: Target): boolean {
    const mounts = [one, other].map(
      ({ place, before, parent }) => `${(before ?? parent).dev} ${mountPoint(dirname(pathOfPlace(place)))}`,
    );
    return mounts[0] === mounts[1];
  }

  /** A free name in the trash for things at that place. */
  trashName({ root, place }: Target, ending: "old" | "new"): [Spot, Kept] {
    const { folder, mount } = this.folders.trashFor(root, place.relative.split("/").slice(0, -1));
    const name = `${this.id}-${this.#names++}.${ending}`;
    return [
      { folder, name },
      { root: root.path, mount: [...mount], name },
    ];
  }

  /** To be told when all of it was carried out: nothing that was staged is left in the trash. */
  carriedOut(): void {
    this.#staged.length = 0;
  }

  /** What was not carried out is litter. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      // what cannot be deleted now is swept later: whatever made the change fail is the error to tell
      for (const spot of this.#staged) await removeTree(spot).catch(() => undefined);
    } finally {
      this.folders.close();
    }
  }

  /** The directories above a target, each once in a change. */
  #make(target: Target): void {
    for (const { relative, spot } of target.makes) {
      const place = { root: target.root.path, relative };
      const key = `${place.root}\0${relative}`;
      if (!this.#made.has(key)) this.#add(target, { what: "make", place }, { spot });
      this.#made.add(key);
    }
  }

  #add(target: Target, step: Step, more: Partial<Planned>): void {
    this.steps.push({ step, spot: target.spot, shown: target.shown, ...more });
  }
}

function bare({ root, relative }: Place): { root: string; relative: string } {
  return { root, relative };
}
