import { DrizzleQueryError } from "drizzle-orm/errors";
import { printable } from "../admin/printable.ts";
import { Complaint } from "../dev/usage-error.ts";
import { saysBusy } from "./retry-busy.ts";

const LOGIN =
  "wrangler is not logged in to Cloudflare, or may not do this. Run `npx wrangler login`, or set CLOUDFLARE_API_TOKEN " +
  "to a token that may edit Workers, D1 and KV.";

/** What failures of wrangler, of Cloudflare and of D1 mean, and the mend; the first that matches. */
const meanings: readonly (readonly [RegExp, string | ((isRemote: boolean) => string)])[] = [
  [
    /could not be reached|fetch failed|ENOTFOUND|ECONNREFUSED|ECONNRESET|EAI_AGAIN|ETIMEDOUT|network connection/i,
    "Cloudflare cannot be reached. Look after the network of this machine, and try again.",
  ],
  [
    /more than one account|mandatory to specify an account|retrieve account IDs|CLOUDFLARE_ACCOUNT_ID/i,
    "The login has more than one account. Set CLOUDFLARE_ACCOUNT_ID to the one that Gatehouse is deployed in.",
  ],
  [
    /non-interactive context|\b10063\b/,
    "The Cloudflare account has no workers.dev subdomain, which wrangler needs to get there. The dashboard makes one, under Workers.",
  ],
  [
    /not logged in|no credentials|CLOUDFLARE_API_TOKEN|authentication|unauthorized|\b(?:7403|9106|9109|10000|10405)\b/i,
    LOGIN,
  ],
  [
    /database.*(?:not found|could not be found|does not exist)|valid `?(?:database_)?id|\b(?:10021|10181|7404)\b/is,
    "Cloudflare has no such database or KV namespace. `npx wrangler d1 list` shows those that there are; correct " +
      "their ids in wrangler's configuration.",
  ],
  [
    /no such table: (?:main\.)?account_search/i,
    (isRemote) =>
      `The search index is not there. Make it: npx wrangler d1 execute DB --${isRemote ? "remote" : "local"} ` +
      "--file migrations/0003_account_search.sql",
  ],
  [
    /no such table|no such column|has no column named/i,
    (isRemote) =>
      "The database is not migrated. Run this first: " +
      `npx wrangler d1 migrations apply DB --${isRemote ? "remote" : "local"}`,
  ],
];

/** One sentence for whatever went wrong, never a stack. */
export function formatError(error: unknown, isRemote: boolean): string {
  if (error instanceof Complaint) return error.message;
  const causes = causesOf(error);
  if (causes.some(saysBusy)) {
    return "The local database is written by something else without a pause. Please try again.";
  }
  for (const [pattern, meaning] of meanings) {
    if (causes.some((cause) => pattern.test(cause))) {
      return typeof meaning === "string" ? meaning : meaning(isRemote);
    }
  }
  const first = causes
    .at(-1)
    ?.split("\n")
    .find((line) => line.trim() !== "");
  return printable(first?.trim() ?? "Something failed, and said nothing.");
}

/** Messages from the outside in. wrangler's errors have the API's words as notes, and causes that are no errors. */
function causesOf(error: unknown): string[] {
  const messages: string[] = [];
  for (let at = error; typeof at === "object" && at !== null; at = (at as { cause?: unknown }).cause) {
    const { message, notes } = at as { message?: unknown; notes?: unknown };
    // Drizzle's message is the statement with its parameters: people's data, and words that mean nothing here.
    if (typeof message === "string" && !(at instanceof DrizzleQueryError)) messages.push(message);
    if (Array.isArray(notes)) messages.push(...notes.map((note) => String(note?.text)));
  }
  return messages;
}
