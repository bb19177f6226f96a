import { spawn } from "node:child_process";

export type Ended = { readonly code: number | null; readonly out: string; readonly err: string };

/** The command as a process of its own, as `npm run admin` starts it; `env` has its own variables on top. */
export function runAdmin(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  const child = spawn(process.execPath, ["scripts/admin.ts", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  const written = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    written.out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    written.err += text;
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, ...written }));
  });
}
