import { inArray, type SQLWrapper } from "drizzle-orm";
import { voidOneTimeCodes } from "../authentication/one-time-codes/statements.ts";
import type { EmailAddress } from "../core/email-address.ts";
import type { Locale } from "../core/locale.ts";
import type { Database } from "../db/database.ts";
import { emailTokens, oneTimeCodes } from "../db/schema.ts";
import { endSessions } from "../sessions/statements.ts";
import { EMAIL_TOKEN_PURPOSES } from "./email-tokens/email-token.ts";
import { voidEmailTokens } from "./email-tokens/statements.ts";

const MAX_NAME = 64;

/** The name of an account until its user enters one. */
export const localPartOf = ({ address }: EmailAddress): string =>
  address.split("@", 1)[0]?.slice(0, MAX_NAME) ?? "";

type NewOwner = {
  /** Null: the local part of the address. */
  readonly name: string | null;
  readonly email: EmailAddress;
  readonly locale: Locale;
};

/** Replaces the profile and the password of the registration that never verified the address. */
export const newOwnerColumns = ({ name, email, locale }: NewOwner) => ({
  name: name ?? localPartOf(email),
  lastName: null,
  username: null,
  usernameKey: null,
  age: null,
  locale,
  passwordHash: null,
});

/** Ends the sessions, links and codes of an unproven registration, which may be an attacker's. */
export const endUnprovenAccess = (db: Database, accountIds: SQLWrapper, now: number) => [
  endSessions(db, accountIds, now),
  voidEmailTokens(db, inArray(emailTokens.accountId, accountIds), EMAIL_TOKEN_PURPOSES, now),
  voidOneTimeCodes(db, inArray(oneTimeCodes.accountId, accountIds)),
];
