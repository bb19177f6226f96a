import * as z from "zod/mini";
import { nameField } from "../accounts/fields.ts";
import { pathParams } from "../http/validate-request.ts";
import { DEFAULT_KEY_LIFETIME, MAX_KEY_LIFETIME } from "./api-key.ts";
import { KEY_ID } from "./key-format.ts";

/** As long as a first name: at most `MAX_KEY_NAME_LENGTH` characters, on one line. */
export const keyNameField = nameField.check(
  z.meta({ description: "The user's own live keys have different names.", examples: ["Backup script"] }),
);

export const resourceField = z
  .string("Must be text.")
  .check(
    z.minLength(1, "Must not be empty."),
    z.maxLength(2048, "Is too long for a resource."),
    z.meta({ description: "The URI or the alias of a resource.", examples: ["https://api.example.com"] }),
  );

export const scopesField = z
  .array(z.string("Must be text.").check(z.minLength(1), z.maxLength(100)), "Must be a list of scopes.")
  .check(
    z.maxLength(100, "Must have at most 100 scopes."),
    z.meta({
      description: "Scopes of the resource. At least one, if the resource has scopes.",
      examples: [["notes:read"]],
    }),
  );

const LIFETIME = `Must be from 1 to ${MAX_KEY_LIFETIME} days, or null for a key that does not expire.`;

export const lifetimeField = z._default(
  z.nullable(
    z
      .int(LIFETIME)
      .check(
        z.minimum(1, LIFETIME),
        z.maximum(MAX_KEY_LIFETIME, LIFETIME),
        z.meta({ description: "Days. Null: the key does not expire.", examples: [DEFAULT_KEY_LIFETIME] }),
      ),
  ),
  DEFAULT_KEY_LIFETIME,
);

export const keyIdParam = pathParams(z.object({ id: z.string().check(z.regex(KEY_ID)) }));
