import type { Account } from "../../accounts/account.ts";
import { toBase64url } from "../../core/crypto/encoding.ts";
import { ALGORITHMS } from "./attestation.ts";
import { CHALLENGE_TTL, type CredentialDescriptor } from "./passkey.ts";
import { userHandleOf } from "./user-handle.ts";

type Descriptor = { readonly type: "public-key"; readonly id: string; readonly transports: string[] };

/** What a browser needs to use a passkey (`PublicKeyCredentialRequestOptionsJSON`, WebAuthn §5.10.3). */
export type RequestOptions = {
  readonly challenge: string;
  readonly rpId: string;
  /** Empty: the user chooses among the passkeys of all accounts. */
  readonly allowCredentials: Descriptor[];
  readonly userVerification: "required" | "preferred";
  readonly timeout: number;
};

/** What a browser needs to create a passkey (`PublicKeyCredentialCreationOptionsJSON`, WebAuthn §5.10.2). */
export type CreationOptions = {
  readonly challenge: string;
  readonly rp: { readonly id: string; readonly name: string };
  readonly user: { readonly id: string; readonly name: string; readonly displayName: string };
  readonly pubKeyCredParams: { readonly type: "public-key"; readonly alg: number }[];
  readonly excludeCredentials: Descriptor[];
  readonly authenticatorSelection: {
    readonly residentKey: "required";
    readonly requireResidentKey: true;
    readonly userVerification: "preferred";
  };
  readonly attestation: "none";
  readonly timeout: number;
};

const descriptor = ({ id, transports }: CredentialDescriptor): Descriptor => ({
  type: "public-key",
  id,
  transports: [...transports],
});

type Request = {
  readonly challenge: string;
  readonly allowed: readonly CredentialDescriptor[];
  readonly userVerification: RequestOptions["userVerification"];
};

export const requestOptions = (
  { rpId }: { readonly rpId: string },
  { challenge, allowed, userVerification }: Request,
): RequestOptions => ({
  challenge,
  rpId,
  allowCredentials: allowed.map(descriptor),
  userVerification,
  timeout: CHALLENGE_TTL,
});

type Creation = {
  readonly challenge: string;
  readonly account: Account;
  /** The passkeys that the account has, so that no authenticator creates a second one. */
  readonly existing: readonly CredentialDescriptor[];
  readonly appName: string;
};

/** A discoverable credential, so that a sign-in needs no address. No attestation: any authenticator is accepted. */
export const creationOptions = (
  { rpId }: { readonly rpId: string },
  { challenge, account, existing, appName }: Creation,
): CreationOptions => ({
  challenge,
  rp: { id: rpId, name: appName },
  user: { id: toBase64url(userHandleOf(account.id)), name: account.email, displayName: account.name },
  pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: "public-key", alg })),
  excludeCredentials: existing.map(descriptor),
  authenticatorSelection: {
    residentKey: "required",
    requireResidentKey: true,
    userVerification: "preferred",
  },
  attestation: "none",
  timeout: CHALLENGE_TTL,
});
