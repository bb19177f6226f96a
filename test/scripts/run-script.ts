import { spawn } from "node:child_process";

export type Ended = { readonly code: number | null; readonly out: string; readonly err: string };

/** A script as a process of its own, as npm starts it, with nobody at its terminal. */
export const runScript = (
  script: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Ended> => runProgram(process.execPath, [`scripts/${script}/main.ts`, ...args], env);

/** Any program, with nobody at its terminal. */
export function runProgram(
  program: string,
  args: readonly string[],
  env: Record<string, string>,
  cwd?: string,
): Promise<Ended> {
  const child = spawn(program, args, {
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  const written = { out: "", err: "" };
  for (const [stream, name] of [
    [child.stdout, "out"],
    [child.stderr, "err"],
  ] as const) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      written[name] += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, ...written }));
  });
}
