import { stripVTControlCharacters } from "node:util";
import { CommandError } from "../shared/command-error.ts";
import { formatError } from "../shared/format-error.ts";
import { runWrangler } from "../shared/run-wrangler.ts";
import { toArguments } from "../shared/wrangler-options.ts";

/** Cloudflare's API through wrangler and its login. Failures are CommandErrors with a fix. */
export type Cloudflare = ReturnType<typeof cloudflare>;

type Options = { readonly config?: string; readonly env?: string; readonly name?: string };

export function cloudflare({ config, env, name }: Options) {
  const run = (...args: string[]) => wrangler([...args, ...toArguments({ config, env })]);
  return {
    /** The names of the Worker's secrets; null if the Worker does not exist. */
    async secretNames(): Promise<readonly string[] | null> {
      const { code, output } = await run("secret", "list", "--format", "json", ...toArguments({ name }));
      if (code === 0) return readJson<{ name: string }[]>(output, "[").map((secret) => secret.name);
      if (/Worker "[^"]*" not found|\b10007\b/.test(output)) return null;
      throw failed("wrangler secret list", output);
    },

    async databases(): Promise<readonly { name: string; uuid: string }[]> {
      const { code, output } = await run("d1", "list", "--json");
      if (code !== 0) throw failed("wrangler d1 list", output);
      return readJson(output, "[");
    },

    async createDatabase(database: string): Promise<void> {
      const { code, output } = await run("d1", "create", database);
      if (code !== 0) throw failed(`wrangler d1 create ${database}`, output);
    },

    /** Applies pending migrations, each in its own transaction, and returns their names. */
    async migrate(): Promise<readonly string[]> {
      const { code, output } = await run("d1", "migrations", "apply", "DB", "--remote");
      if (code !== 0) throw failed("wrangler d1 migrations apply DB --remote", output);
      return [...new Set(output.match(/\b\d{4}_\w+\.sql\b/g))];
    },

    /** Runs one SELECT and returns its rows. */
    async query(sql: string): Promise<readonly Record<string, unknown>[]> {
      const { code, output } = await run("d1", "execute", "DB", "--remote", "--json", "--command", sql);
      if (code !== 0) throw failed("wrangler d1 execute DB --remote", output);
      return readJson<{ results?: Record<string, unknown>[] }[]>(output, "[")[0]?.results ?? [];
    },
  };
}

async function wrangler(args: readonly string[]): Promise<{ code: number; output: string }> {
  // Without CI, wrangler would open a browser to log in, or wait for input.
  const { code, output } = await runWrangler(args, { CI: "true", NO_COLOR: "1" });
  return { code, output: stripVTControlCharacters(output) };
}

/** wrangler's own error message and its explanation. */
function failed(command: string, output: string): CommandError {
  const [, message = ""] = /ERROR\]?\s+(.+)/.exec(output) ?? [];
  const explanation = formatError(new Error(output), true);
  const original = message === "" || explanation.includes(message) ? "" : `  ${message}\n`;
  return new CommandError(`${command} failed.\n${original}  ${explanation}`);
}

/** wrangler may print other lines before and after its JSON. */
function readJson<T>(output: string, opening: "["): T {
  const from = output.search(new RegExp(`^\\${opening}`, "m"));
  try {
    return JSON.parse(output.slice(from, output.lastIndexOf("]") + 1)) as T;
  } catch {
    throw new CommandError(`This script cannot parse the output of wrangler:\n${output.trim()}`);
  }
}
