import { stripVTControlCharacters } from "node:util";
import { Complaint } from "../dev/usage-error.ts";
import { formatError } from "../shared/format-error.ts";
import { runWrangler } from "../shared/run-wrangler.ts";

/** What is asked of Cloudflare, by wrangler and its login. Failures are Complaints with their mend. */
export type Cloudflare = ReturnType<typeof cloudflare>;

type Place = {
  readonly config: string | undefined;
  readonly env: string | undefined;
  readonly name?: string | undefined;
};

export function cloudflare({ config, env, name }: Place) {
  const place = [
    ...(config === undefined ? [] : ["--config", config]),
    ...(env === undefined ? [] : ["--env", env]),
  ];
  const worker = name === undefined ? [] : ["--name", name];
  const run = (...args: string[]) => wrangler([...args, ...place]);
  return {
    /** The names of the Worker's secrets; null while there is no such Worker. */
    async secretNames(): Promise<readonly string[] | null> {
      const { code, output } = await run("secret", "list", "--format", "json", ...worker);
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

    /**
     * Applies the migrations that the database has not seen, and returns their names. wrangler applies each in a
     * transaction of its own, and takes back the one that fails.
     */
    async migrate(): Promise<readonly string[]> {
      const { code, output } = await run("d1", "migrations", "apply", "DB", "--remote");
      if (code !== 0) throw failed("wrangler d1 migrations apply DB --remote", output);
      return [...new Set(output.match(/\b\d{4}_\w+\.sql\b/g))];
    },

    /** Rows of one statement that reads. */
    async query(sql: string): Promise<readonly Record<string, unknown>[]> {
      const { code, output } = await run("d1", "execute", "DB", "--remote", "--json", "--command", sql);
      if (code !== 0) throw failed("wrangler d1 execute DB --remote", output);
      return readJson<{ results?: Record<string, unknown>[] }[]>(output, "[")[0]?.results ?? [];
    },
  };
}

async function wrangler(args: readonly string[]): Promise<{ code: number; output: string }> {
  // Without CI it would open a browser to log in, or wait for an answer that nobody can give here.
  const { code, output } = await runWrangler(args, { CI: "true", NO_COLOR: "1" });
  return { code, output: stripVTControlCharacters(output) };
}

/** wrangler's own sentence, and what it means. */
export function failed(what: string, output: string): Complaint {
  const [, sentence = ""] = /ERROR\]?\s+(.+)/.exec(output) ?? [];
  const meaning = formatError(new Error(output), true);
  const own = sentence === "" || meaning.includes(sentence) ? "" : `  ${sentence}\n`;
  return new Complaint(`${what} failed.\n${own}  ${meaning}`);
}

/** wrangler may say something before and after its JSON. */
function readJson<T>(output: string, opening: "["): T {
  const from = output.search(new RegExp(`^\\${opening}`, "m"));
  try {
    return JSON.parse(output.slice(from, output.lastIndexOf("]") + 1)) as T;
  } catch {
    throw new Complaint(`wrangler answered what this script cannot read:\n${output.trim()}`);
  }
}
