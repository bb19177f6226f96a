import type { ExportedRows } from "./store.ts";

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Names of columns that hold an instant (ms). */
const isInstant = (name: string): boolean => /(?:At|Since|Until|Time|^at)$/.test(name);

/** A row as JSON, its instants in ISO 8601. */
export function presentRow(row: Readonly<Record<string, unknown>>): { [key: string]: Json } {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, presentValue(name, value)] as const),
  );
}

function presentValue(name: string, value: unknown): Json {
  if (typeof value === "number" && isInstant(name)) return new Date(value).toISOString();
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  return value === null || value === undefined ? null : JSON.parse(JSON.stringify(value));
}

/** Text of a column that this service stores as JSON. An earlier release may have stored something else. */
function parsed(text: string | null): Json {
  if (text === null) return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The sections of an export apart from the audit events, in the order of the file. */
export function presentExport(rows: ExportedRows, publicUrl: string): readonly (readonly [string, Json])[] {
  const { account, recovery } = rows;
  const { avatarKey, publicMetadata, privateMetadata, ...profile } = account;
  return [
    [
      "account",
      {
        ...presentRow(profile),
        avatarUrl: avatarKey === null ? null : `${publicUrl}/avatars/${avatarKey}`,
      },
    ],
    ["publicMetadata", parsed(publicMetadata)],
    ["privateMetadata", parsed(privateMetadata)],
    ["signUpAnswers", rows.signUpAnswers.map((row) => ({ ...presentRow(row), value: parsed(row.value) }))],
    ["identities", rows.identities.map(presentRow)],
    ["factors", rows.factors.map((row) => ({ ...presentRow(row), transports: parsed(row.transports) }))],
    ["recoveryCodes", recovery === null || recovery.total === 0 ? null : presentRow(recovery)],
    ["factorRemovals", rows.factorRemovals.map(presentRow)],
    ["knownDevices", rows.knownDevices.map(presentRow)],
    ["sessions", rows.sessions.map(presentRow)],
    ["apps", rows.apps.map(presentRow)],
    ["apiKeys", rows.apiKeys.map(presentRow)],
    ["emailLinks", rows.emailLinks.map(presentRow)],
    ["messages", rows.messages.map(presentRow)],
    ["failedAttempts", rows.failedAttempts.map(presentRow)],
  ];
}
