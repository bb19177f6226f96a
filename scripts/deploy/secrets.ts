import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { parseEnv } from "node:util";
import { Complaint } from "../dev/usage-error.ts";

export type Secrets = Readonly<Record<string, string>>;

/** What `--secrets-file` holds, in either form that wrangler takes. */
export function readSecretsFile(path: string | undefined): Secrets {
  if (path === undefined) return {};
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    throw new Complaint(`--secrets-file: there is no ${path} that can be read.`);
  }
  const read = parse(text);
  if (read === null || Object.keys(read).length === 0)
    throw new Complaint(`--secrets-file: ${path} is neither JSON nor lines of NAME=value.`);
  for (const [name, value] of Object.entries(read)) {
    // `wrangler secret bulk` deletes by it; a deployment would leave the secret as it is without a word.
    if (value === null)
      throw new Complaint(
        `--secrets-file: ${name} is null, and a deployment deletes no secret.\n  Leave it out, and: npx wrangler secret delete ${name}`,
      );
    if (typeof value !== "string") throw new Complaint(`--secrets-file: ${name} must be a text.`);
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

/** A random AUTH_SECRET, if whoever is there wants one; a Complaint with the command when nobody says yes. */
export async function offerSecret(makeSecret: boolean): Promise<string> {
  const made = () => randomBytes(48).toString("base64url");
  if (makeSecret) return made();
  const refusal = new Complaint(
    "The Worker has no AUTH_SECRET, the root of every key, and none is set without a yes. Either\n\n" +
      "  npm run deploy -- --make-secret\n\nor one of your own, of which you have a copy:\n\n" +
      `  ${COMMAND}`,
  );
  if (!process.stdin.isTTY || process.env.CI) throw refusal;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal
    .question("\n  The Worker has no AUTH_SECRET. Make a random one and set it? [y/N] ")
    .finally(() => terminal.close());
  if (!/^y(?:es)?$/i.test(answer.trim())) throw refusal;
  return made();
}

/** A file for wrangler that nobody else can read: the secrets go up with the version, and are never on a command line. */
export function writeSecretsFile(directory: string, secrets: Secrets): string {
  const path = join(directory, "secrets.json");
  writeFileSync(path, JSON.stringify(secrets), { flag: "wx", mode: 0o600 });
  return path;
}
