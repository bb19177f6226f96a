import { MINUTE } from "../../core/clock.ts";

/** Milliseconds for which a WebAuthn challenge can be answered. */
export const CHALLENGE_TTL = 5 * MINUTE;

/** Passkeys of one account. */
export const MAX_PASSKEYS = 25;

/** The service in the terms of WebAuthn §4: PASSKEY_RP_ID, and the origins that may use its passkeys. */
export type RelyingParty = { readonly rpId: string; readonly origins: readonly string[] };

/** A challenge to store. */
export type NewPasskeyChallenge = {
  readonly id: string;
  /** 256 random bits, base64url. */
  readonly challenge: string;
  readonly createdAt: number;
  readonly expiresAt: number;
};

/** A credential as the browser needs it to find its authenticator. */
export type CredentialDescriptor = { readonly id: string; readonly transports: readonly string[] };

/** A passkey of the account's own list. Instants in milliseconds. */
export type Passkey = {
  readonly id: string;
  readonly label: string | null;
  readonly createdAt: number;
  readonly lastUsedAt: number | null;
  /** Whether it can leave its device (backup eligible, WebAuthn §6.1.3). */
  readonly isSynced: boolean;
  /** Whether a sign-in by another method asks for it. */
  readonly isSecondFactor: boolean;
};

/** A credential that a registration has verified. */
export type NewPasskey = {
  readonly id: string;
  readonly label: string | null;
  readonly credentialId: string;
  /** The COSE key, base64url. */
  readonly publicKey: string;
  readonly signCount: number;
  readonly transports: readonly string[];
  readonly aaguid: string;
  readonly isSynced: boolean;
};
