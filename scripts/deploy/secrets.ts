import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { parseEnv } from "node:util";
import { CommandError } from "../shared/command-error.ts";

export type Secrets = Readonly<Record<string, string>>;

/** Reads `--secrets-file`, in either format that wrangler accepts. */
export function readSecretsFile(path: string | undefined): Secrets {
  if (path === undefined) return {};
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    throw new CommandError(`--secrets-file: cannot read ${path}.`);
  }
  const read = parse(text);
  if (read === null || Object.keys(read).length === 0)
    throw new CommandError(`--secrets-file: ${path} is neither JSON nor lines of NAME=value.`);
  for (const [name, value] of Object.entries(read)) {
    // null deletes a secret in `wrangler secret bulk`; a deployment would silently keep the secret.
    if (value === null)
      throw new CommandError(
        `--secrets-file: ${name} is null, and a deployment deletes no secret.\n  Remove it, and run: npx wrangler secret delete ${name}`,
      );
    if (typeof value !== "string") throw new CommandError(`--secrets-file: ${name} must be a string.`);
  }
  return read as Secrets;
}

function parse(text: string): object | null {
  try {
    return text.trimStart().startsWith("{") ? JSON.parse(text) : parseEnv(text);
  } catch {
    return null;
  }
}

const COMMAND = "openssl rand -base64 48 | npx wrangler secret put AUTH_SECRET";

/** Generates AUTH_SECRET after a confirmation. Without one, throws a CommandError with the commands. */
export async function confirmNewSecret(makeSecret: boolean): Promise<string> {
  const generate = () => randomBytes(48).toString("base64url");
  if (makeSecret) return generate();
  const refusal = new CommandError(
    "The Worker has no AUTH_SECRET, the root of every key. Either generate one\n\n" +
      "  npm run deploy -- --make-secret\n\nor set your own, and keep a copy of it:\n\n" +
      `  ${COMMAND}`,
  );
  if (!process.stdin.isTTY || process.env.CI) throw refusal;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal
    .question("\n  The Worker has no AUTH_SECRET. Generate a random one and set it? [y/N] ")
    .finally(() => terminal.close());
  if (!/^y(?:es)?$/i.test(answer.trim())) throw refusal;
  return generate();
}

/** Writes a file for wrangler, readable by this user only. Secrets never appear on a command line. */
export function writeSecretsFile(directory: string, secrets: Secrets): string {
  const path = join(directory, "secrets.json");
  writeFileSync(path, JSON.stringify(secrets), { flag: "wx", mode: 0o600 });
  return path;
}
