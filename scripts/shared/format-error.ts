import { DrizzleQueryError } from "drizzle-orm/errors";
import { CommandError } from "./command-error.ts";
import { printable } from "./printable.ts";
import { isBusyMessage } from "./retry-busy.ts";

const LOGIN =
  "wrangler is not logged in to Cloudflare, or lacks a permission. Run `npx wrangler login`, or set " +
  "CLOUDFLARE_API_TOKEN to a token that may edit Workers, D1 and KV.";

/** Errors of wrangler, Cloudflare and D1, and the text to show for them. The first match applies. */
const explanations: readonly (readonly [RegExp, string | ((isRemote: boolean) => string)])[] = [
  [
    /could not be reached|fetch failed|ENOTFOUND|ECONNREFUSED|ECONNRESET|EAI_AGAIN|ETIMEDOUT|network connection/i,
    "Cloudflare cannot be reached. Check the network of this machine, and try again.",
  ],
  [
    /more than one account|mandatory to specify an account|retrieve account IDs|CLOUDFLARE_ACCOUNT_ID/i,
    "The login has more than one account. Set CLOUDFLARE_ACCOUNT_ID to the account of the deployment.",
  ],
  [
    /non-interactive context|\b10063\b/,
    "wrangler needs a workers.dev subdomain, and the Cloudflare account has none. Create one in the dashboard, under Workers.",
  ],
  [
    /not logged in|no credentials|CLOUDFLARE_API_TOKEN|authentication|unauthorized|\b(?:7403|9106|9109|10000|10405)\b/i,
    LOGIN,
  ],
  [
    /database.*(?:not found|could not be found|does not exist)|valid `?(?:database_)?id|\b(?:10021|10181|7404)\b/is,
    "Cloudflare has no such database or KV namespace. Correct the ids in wrangler's configuration: " +
      "`npx wrangler d1 list` shows the databases.",
  ],
  [
    /no such table: (?:main\.)?account_search/i,
    (isRemote) =>
      `The search index is missing. Create it: npx wrangler d1 execute DB --${isRemote ? "remote" : "local"} ` +
      "--file migrations/0003_account_search.sql",
  ],
  [
    /no such table|no such column|has no column named/i,
    (isRemote) =>
      "The database is not migrated. Run this first: " +
      `npx wrangler d1 migrations apply DB --${isRemote ? "remote" : "local"}`,
  ],
];

/** One sentence for any error, never a stack. */
export function formatError(error: unknown, isRemote: boolean): string {
  if (error instanceof CommandError) return error.message;
  const causes = causesOf(error);
  if (causes.some(isBusyMessage)) {
    return "Another process keeps the local database locked. Please try again.";
  }
  for (const [pattern, text] of explanations) {
    if (causes.some((cause) => pattern.test(cause))) {
      return typeof text === "string" ? text : text(isRemote);
    }
  }
  const first = causes
    .at(-1)
    ?.split("\n")
    .find((line) => line.trim() !== "");
  return printable(first?.trim() ?? "The command failed without an error message.");
}

/** Messages, outermost first. wrangler's errors have the API's messages as notes, and causes that are not Errors. */
function causesOf(error: unknown): string[] {
  const messages: string[] = [];
  for (let at = error; typeof at === "object" && at !== null; at = (at as { cause?: unknown }).cause) {
    const { message, notes } = at as { message?: unknown; notes?: unknown };
    // Drizzle's message contains the statement and its parameters, which are user data.
    if (typeof message === "string" && !(at instanceof DrizzleQueryError)) messages.push(message);
    if (Array.isArray(notes)) messages.push(...notes.map((note) => String(note?.text)));
  }
  return messages;
}
