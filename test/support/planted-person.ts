import { plantRow } from "./personal-data.ts";

type Row = Readonly<Record<string, string | number | null>>;

/** An account with a row in every table that can name one. */
export type PlantedPerson = { readonly id: string; readonly rows: ReadonlyMap<string, readonly Row[]> };

/** A table whose rows the export has, or the reason why it has not. */
export type ExportPlan =
  /** `omits`: the columns that the export leaves out, with the reason. */
  { readonly omits: Readonly<Record<string, string>> } | { readonly excluded: string };

const KEY = "a key of this service, which means nothing outside";
const SECRET = "a secret or its hash";
const OWNER = "the account itself, which the file is about";
const INTERNAL = "state of this service, which says nothing about the person";

/** Every table that can name an account. A new one needs an entry: what the export has of it, and what not. */
export const EXPORT_PLANS: Readonly<Record<string, ExportPlan>> = {
  accounts: {
    omits: {
      email_key: "the address in folded form",
      username_key: "the username in folded form",
      password_hash: SECRET,
      login_otp: "unused; the factor email_otp has replaced it",
    },
  },
  sign_up_answers: { omits: { account_id: OWNER } },
  identities: { omits: { id: KEY, account_id: OWNER, sealed_refresh_token: SECRET } },
  factors: {
    omits: {
      account_id: OWNER,
      secret: SECRET,
      public_key: SECRET,
      credential_id: SECRET,
      last_step: INTERNAL,
      sign_count: INTERNAL,
    },
  },
  recovery_codes: { omits: { id: KEY, account_id: OWNER, code_hash: SECRET } },
  factor_removals: { omits: { id: KEY, account_id: OWNER, requested_by: "another person" } },
  known_devices: { omits: { account_id: OWNER } },
  sessions: {
    omits: {
      account_id: OWNER,
      generation: INTERNAL,
      voided_generations: INTERNAL,
      rotated_at: INTERNAL,
      parent_id: KEY,
      code_claim: KEY,
      grant_id: KEY,
    },
  },
  oauth_grants: { omits: { id: KEY, account_id: OWNER } },
  api_keys: { omits: { account_id: OWNER, secret_hash: SECRET } },
  email_tokens: {
    omits: { token_hash: SECRET, account_id: OWNER, email_key: "the address in folded form", claim: KEY },
  },
  outbox: {
    omits: {
      id: KEY,
      account_id: OWNER,
      target: SECRET,
      budget: INTERNAL,
      sealed: "the message with its links and codes; the mailbox has it",
      due_at: INTERNAL,
      last_failure: INTERNAL,
    },
  },
  attempt_counters: { omits: { key: KEY, account_id: OWNER } },
  audit_events: {
    omits: { id: KEY, account_id: OWNER, actor_id: "shown as self or other", window_start: INTERNAL },
  },
  one_time_codes: { excluded: "deleted after 10 minutes; the hash of a code" },
  webauthn_challenges: { excluded: "deleted after minutes; random bytes" },
  email_sign_in_codes: {
    excluded: "deleted after minutes; the hash of a code, also for addresses without account",
  },
  oauth_authorization_codes: { excluded: "deleted after a minute; the grant is exported" },
  oauth_device_requests: { excluded: "deleted after minutes; the grant is exported" },
  oauth_logout_notices: { excluded: "deleted after a day; the session is exported" },
  mailbox_messages: { excluded: "the development mailbox, which production does not have" },
};

/** The values that the markers of a row cannot have. */
const FIXED: Readonly<Record<string, Row>> = {
  accounts: {
    role: "user",
    status: "active",
    locale: "de",
    email: "planted@example.com",
    email_key: "planted@example.com",
    phone: "+4915112345678",
    email_implied: 0,
    public_metadata: '{"plan":"accounts-public_metadata"}',
    private_metadata: '{"note":"accounts-private_metadata"}',
  },
  sign_up_answers: { value: '"sign_up_answers-value"' },
  factors: { kind: "passkey", transports: '["factors-transports"]' },
  sessions: { client_id: "planted-client", revoked_at: null },
  factor_removals: { requested_by: "another-admin" },
  email_tokens: { purpose: "change_email" },
  email_sign_in_codes: { email_key: "planted@example.com" },
  mailbox_messages: { recipient: "planted@example.com" },
  oauth_grants: { client_id: "planted-client" },
  oauth_authorization_codes: { client_id: "planted-client", grant_id: "oauth_grants-id" },
  oauth_device_requests: { client_id: "planted-client", grant_id: "oauth_grants-id" },
  outbox: { state: "sent", due_at: Date.UTC(2040, 0, 1) },
};

/** `accounts` first, and grants before what refers to them. */
const ORDER = ["accounts", "oauth_grants"];

/** Inserts the person. `skips`: tables without a row. */
export async function plantPerson(skips: readonly string[] = []): Promise<PlantedPerson> {
  const id = crypto.randomUUID();
  await plantRow("oauth_clients", {
    id: "planted-client",
    name: "Planted App",
    logo_uri: null,
    backchannel_logout_uri: null,
  });
  const names = Object.keys(EXPORT_PLANS).filter((name) => !ORDER.includes(name) && !skips.includes(name));
  const rows = new Map<string, readonly Row[]>();
  for (const name of [...ORDER, ...names]) {
    const owner = name === "accounts" ? { id } : ownerOf(name, id);
    rows.set(name, [await plantRow(name, { ...FIXED[name], ...owner })]);
  }
  return { id, rows };
}

const ownerOf = (name: string, id: string): Row => {
  if (name === "audit_events") return { account_id: id, actor_id: id };
  if (name === "oauth_logout_notices") return { subject: id, client_id: "planted-client" };
  return ["email_sign_in_codes", "mailbox_messages"].includes(name) ? {} : { account_id: id };
};
