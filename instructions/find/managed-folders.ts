/** Where an administrator puts what holds for everybody on this machine. */
export const MANAGED_FOLDERS: { readonly claude: string; readonly own: string } = folders();

function folders(): typeof MANAGED_FOLDERS {
  if (process.platform === "darwin") {
    const support = "/Library/Application Support";
    return { claude: `${support}/ClaudeCode`, own: `${support}/plumbline` };
  }
  if (process.platform === "win32")
    return { claude: String.raw`C:\Program Files\ClaudeCode`, own: String.raw`C:\ProgramData\plumbline` };
  return { claude: "/etc/claude-code", own: "/etc/plumbline" };
}
