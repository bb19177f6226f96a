import { spawn } from "node:child_process";

export type Exit = { readonly code: number | null; readonly out: string; readonly err: string };

/** Runs a script in a process of its own, as npm does, without a terminal. */
export const runScript = (
  script: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Exit> => runProgram(process.execPath, [`scripts/${script}/main.ts`, ...args], env);

/** Runs a program without a terminal. */
export function runProgram(
  program: string,
  args: readonly string[],
  env: Record<string, string>,
  cwd?: string,
): Promise<Exit> {
  const child = spawn(program, args, {
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  const output = { out: "", err: "" };
  for (const [stream, name] of [
    [child.stdout, "out"],
    [child.stderr, "err"],
  ] as const) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output[name] += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, ...output }));
  });
}
