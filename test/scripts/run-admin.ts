import { type Exit, runScript } from "./run-script.ts";

/** Runs `npm run admin` in a process of its own, with `env` added to this process's variables. */
export const runAdmin = (args: readonly string[], env: Record<string, string> = {}): Promise<Exit> =>
  runScript("admin", args, env);
