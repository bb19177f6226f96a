import { type Ended, runScript } from "./run-script.ts";

/** The command as a process of its own, as `npm run admin` starts it; `env` has its own variables on top. */
export const runAdmin = (args: readonly string[], env: Record<string, string> = {}): Promise<Ended> =>
  runScript("admin", args, env);
