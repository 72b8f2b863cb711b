import { HookFiles } from "../../hooks/config/hook-files.ts";
import type { LoadedHandler } from "../../hooks/handler.ts";
import { labelOf } from "../../hooks/label.ts";
import { commandOf } from "../../hooks/trust/definition.ts";
import { describeHandler, type Pending } from "../../hooks/trust/describe.ts";
import { HookTrust } from "../../hooks/trust/hook-trust.ts";
import type { Flags } from "../../shared/config/layer.ts";
import { findPlaces } from "../../shared/config/places.ts";
import { StartupError } from "../../shared/errors.ts";
import { escapeForPerson } from "../../shared/escape-for-person.ts";
import { shellQuote } from "../../shared/policy/shell-quote.ts";
import { Trust } from "../../shared/policy/trust.ts";
import { Scope } from "../../shared/scope.ts";
import { openWorkspace } from "../../shared/workspace/open-workspace.ts";
import { loadSettings } from "./load-settings.ts";
import { stderrLog } from "./stderr-log.ts";
import { askPerson, isAtTerminal, print } from "./terminal.ts";

export interface HooksTrustOptions {
  readonly flags: Flags;
  /** Whole hashes of what is approved without a question. */
  readonly yes: readonly string[];
  /** Only prints what waits. */
  readonly json: boolean;
}

/**
 * Shows whole each of the project's handlers that waits for approval, with the texts of its scripts, and approves
 * what the person says yes to: on the terminal, or by giving hashes that were shown. Exit code 1 when one still waits.
 */
export async function hooksTrust({ flags, yes, json }: HooksTrustOptions): Promise<void> {
  const settings = await loadSettings(flags, [], stderrLog);
  await using scope = new Scope();
  const { roots } = await openWorkspace(settings.roots, { scope });
  const desk = await TrustDesk.open({
    roots: roots.map(({ path }) => path),
    importClaude: settings.hooks.importClaude !== "never",
    given: settings.hooks.trusted,
  });
  const found = await desk.waiting();
  if (json) printJson(found);
  else if (found.length === 0) print("No hook of this project waits for approval.");
  else if (yes.length === 0) await desk.approve(await agreedAmong(desk, found));
  else await desk.approve(await given(desk, yes));
  const left = await desk.waiting();
  if (left.length > 0) process.exitCode = 1;
  if (!json) conclude(found.length, left, flags);
}

/** Says in one line that hooks of this folder wait for approval; nothing when none do. */
export async function mentionHooks(folder: string): Promise<void> {
  const desk = await TrustDesk.open({ roots: [folder], importClaude: false, given: [] });
  const { length } = await desk.waiting();
  const command = escapeForPerson(`plumbline hooks trust --root ${shellQuote(folder)}`);
  if (length > 0) print(`${counted(length)} for approval: ${command}`);
}

interface DeskOptions {
  readonly roots: readonly string[];
  readonly importClaude: boolean;
  readonly given: readonly string[];
}

/** What there is to approve, and the person's approvals. */
class TrustDesk {
  readonly trust: HookTrust;
  readonly #handlers: readonly LoadedHandler[];

  private constructor(trust: HookTrust, handlers: readonly LoadedHandler[]) {
    this.trust = trust;
    this.#handlers = handlers;
  }

  static async open({ roots, importClaude, given }: DeskOptions): Promise<TrustDesk> {
    const { config, state, home } = findPlaces(process.env);
    const read = await new HookFiles({ configFolder: config, home, roots, importClaude }).read();
    const { handlers, files } = read;
    for (const { source, problems } of files.filter(({ state }) => state === "broken"))
      for (const { line = 1, message } of problems)
        stderrLog("warn", `${escapeForPerson(source.file)}:${line}: ${message}; nothing in it is run`);
    return new TrustDesk(new HookTrust({ trust: Trust.open(state), given, home, roots }), handlers);
  }

  /** In the order of the files, without what is off: that never runs. */
  async all(): Promise<readonly Pending[]> {
    const found: Pending[] = [];
    for (const loaded of this.#handlers.filter(({ off }) => off === undefined))
      found.push({ loaded, approval: await this.trust.of(loaded) });
    return found;
  }

  async waiting(): Promise<readonly Pending[]> {
    return (await this.all()).filter(({ approval: { state } }) => state === "pending" || state === "changed");
  }

  async approve(pending: readonly Pending[]): Promise<void> {
    await this.trust.approve(
      this.#handlers,
      pending.map(({ approval }) => approval.hash),
    );
  }
}

/** Those with these hashes, which stand for having been looked at. */
async function given(desk: TrustDesk, yes: readonly string[]): Promise<readonly Pending[]> {
  const all = await desk.all();
  const unknown = yes.find((hash) => !all.some(({ approval }) => approval.hash === hash));
  if (unknown !== undefined)
    throw new StartupError(`no hook has the hash ${escapeForPerson(unknown.slice(0, 64))}: look at it again`);
  const chosen = all.filter(({ approval }) => yes.includes(approval.hash));
  for (const { loaded, approval } of chosen) print(describeHandler(loaded, approval).join("\n"));
  return chosen;
}

/** Everything is shown before anything is asked. */
async function agreedAmong({ trust }: TrustDesk, found: readonly Pending[]): Promise<readonly Pending[]> {
  for (const { loaded, approval } of found)
    print(`${describeHandler(loaded, approval, (script) => trust.textOf(script)).join("\n")}\n`);
  const open = found.filter(({ approval }) => approval.problem === undefined);
  if (!isAtTerminal() || open.length === 0) return [];
  const all =
    open.length === 1 ? "Approve it? [y/N] " : `Approve all ${open.length}? [y/N, e: each by itself] `;
  const answer = await askPerson(all);
  if (isYes(answer)) return open;
  if (answer !== "e" && answer !== "each") return [];
  const agreed: Pending[] = [];
  for (const each of open) {
    const { handler } = each.loaded;
    const question = `${labelOf(each.loaded)}: ${escapeForPerson(commandOf(handler))}\nApprove it? [y/N] `;
    if (isYes(await askPerson(question))) agreed.push(each);
  }
  return agreed;
}

function isYes(answer: string): boolean {
  return answer === "y" || answer === "yes";
}

function conclude(found: number, left: readonly Pending[], { roots = [] }: Flags): void {
  if (found > left.length) print(`Approved ${found - left.length}. Whatever changes waits again.`);
  if (left.length === 0) return;
  const where = [roots].flat().flatMap((root) => ["--root", shellQuote(String(root))]);
  const open = left.filter(({ approval }) => approval.problem === undefined);
  print(`${counted(left.length)} for approval.${open.length > 0 ? " Without a terminal:" : ""}`);
  for (const { approval } of open)
    print(`  ${escapeForPerson(["plumbline hooks trust", ...where, "--yes", approval.hash].join(" "))}`);
}

function counted(count: number): string {
  return count === 1 ? "1 hook waits" : `${count} hooks wait`;
}

function printJson(found: readonly Pending[]): void {
  const shown = found.map(({ loaded: { handler, source }, approval }) => ({
    ...approval,
    file: source.file,
    line: handler.line,
    event: handler.event,
    matcher: handler.matcher,
    runs: commandOf(handler),
  }));
  print(JSON.stringify(shown, null, 2));
}
