import { verifyAuthenticationResponse } from "@simplewebauthn/server";
import { fromBase64url } from "../../core/crypto/encoding.ts";
import { readClientData } from "./client-data.ts";
import type { RelyingParty } from "./passkey.ts";

/** The response of an authenticator to a request (`AuthenticationResponseJSON`, WebAuthn §5.1). */
export type Assertion = {
  readonly id: string;
  readonly rawId: string;
  readonly type: "public-key";
  readonly response: {
    readonly clientDataJSON: string;
    readonly authenticatorData: string;
    readonly signature: string;
    readonly userHandle?: string | null;
  };
};

/** What an authenticator has signed. */
export type VerifiedAssertion = {
  readonly signCount: number;
  /** Whether the authenticator verified the user, by a PIN or biometrics. */
  readonly isUserVerified: boolean;
  readonly isSynced: boolean;
};

type Verification = {
  readonly assertion: Assertion;
  /** The challenge that must have been signed. */
  readonly challenge: string;
  /** The COSE key, base64url. */
  readonly publicKey: string;
};

/**
 * Verifies an assertion by WebAuthn §7.2, except user verification and the signature counter, which callers judge. Null
 * if anything is wrong: type, challenge, origin, RP id or signature.
 */
export async function verifyAssertion(
  { rpId, origins }: RelyingParty,
  { assertion, challenge, publicKey }: Verification,
): Promise<VerifiedAssertion | null> {
  const key = fromBase64url(publicKey);
  if (!key || readClientData(assertion.response.clientDataJSON)?.challenge !== challenge) return null;
  const { id, rawId, type, response } = assertion;
  const { userHandle, ...signed } = response;
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: { id, rawId, type, response: signed, clientExtensionResults: {} },
      expectedChallenge: challenge,
      expectedOrigin: [...origins],
      expectedRPID: rpId,
      // A counter of 0 turns the library's own condition off.
      credential: { id, publicKey: key, counter: 0 },
      requireUserVerification: false,
    });
    if (!verified) return null;
    const { newCounter, userVerified, credentialDeviceType } = authenticationInfo;
    return {
      signCount: newCounter,
      isUserVerified: userVerified,
      isSynced: credentialDeviceType === "multiDevice",
    };
  } catch {
    // The library throws for each refusal, and for malformed data.
    return null;
  }
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

const hasTexts = <Name extends string>(
  value: object,
  names: readonly Name[],
): value is object & Record<Name, string> =>
  names.every((name) => name in value && typeof Reflect.get(value, name) === "string");

/** Whether a value from a request has the form of an assertion. */
export function isAssertion(value: unknown): value is Assertion {
  if (!isObject(value) || !hasTexts(value, ["id", "rawId", "type"])) return false;
  if (value.type !== "public-key" || !("response" in value) || !isObject(value.response)) return false;
  const { response } = value;
  if (!hasTexts(response, ["clientDataJSON", "authenticatorData", "signature"])) return false;
  const userHandle: unknown = Reflect.get(response, "userHandle");
  return userHandle === undefined || userHandle === null || typeof userHandle === "string";
}
