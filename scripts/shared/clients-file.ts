import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as z from "zod/mini";
import type { ConfiguredClient } from "../../src/oauth/clients/apply-configuration.ts";
import { metadataFields } from "../../src/oauth/clients/fields.ts";
import { CommandError } from "./command-error.ts";

// gatehouse.clients.json: the OAuth clients of a deployment, in its repository. It has no secrets, only their hashes.

const NAME = "gatehouse.clients.json";

const hash = z
  .string("Must be text.")
  .check(z.regex(/^[\w-]{43}$/, "Must be a SHA-256 in base64url without padding (43 characters)."));

const fileSchema = z.strictObject({
  $schema: z.optional(z.string()),
  clients: z.array(
    z.strictObject({
      id: z.string("Must be text."),
      ...metadataFields,
      secretHashes: z.optional(
        z.array(hash).check(z.minLength(1, "Must not be empty."), z.maxLength(2, "May have two hashes.")),
      ),
    }),
    "Must be a list of clients.",
  ),
});

/** The path of the file: beside wrangler's configuration. */
export const clientsFilePath = ({ config }: { readonly config?: string | undefined }): string =>
  join(config === undefined ? "." : dirname(config), NAME);

/** The clients of the file, or null if there is no file. Throws a CommandError for an invalid one. */
export const readClientsFile = (path: string): readonly ConfiguredClient[] | null =>
  existsSync(path) ? requireClientsFile(path) : null;

export function requireClientsFile(path: string): readonly ConfiguredClient[] {
  const read = fileSchema.safeParse(parse(path));
  if (!read.success) {
    const lines = read.error.issues.map((issue) => `  ${issue.path.join(".")}: ${messageOf(issue)}`);
    throw new CommandError(`${path} is invalid:\n\n${lines.join("\n")}`);
  }
  return read.data.clients.map(({ id, secretHashes, ...metadata }) => ({ id, metadata, secretHashes }));
}

function parse(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    throw new CommandError(`Cannot read ${path}.`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new CommandError(`${path} is not valid JSON.`);
  }
}

const messageOf = (issue: z.core.$ZodIssue): string =>
  issue.code === "unrecognized_keys" ? `Unknown field ${issue.keys.join(", ")}.` : issue.message;
