import { verifyRegistrationResponse } from "@simplewebauthn/server";
import { toBase64url } from "../../core/crypto/encoding.ts";
import { readClientData } from "./client-data.ts";
import type { NewPasskey, RelyingParty } from "./passkey.ts";

/** The response of an authenticator to a registration (`RegistrationResponseJSON`, WebAuthn §5.1). */
export type Attestation = {
  readonly id: string;
  readonly rawId: string;
  readonly type: "public-key";
  readonly response: {
    readonly clientDataJSON: string;
    readonly attestationObject: string;
    readonly transports?: readonly string[];
  };
};

/** ES256, EdDSA and RS256 (COSE), the strongest that an authenticator supports first. */
export const ALGORITHMS = [-7, -8, -257];

export type VerifiedAttestation = Omit<NewPasskey, "id" | "label"> & {
  /** The challenge of the client data. The store decides whether it was issued. */
  readonly challenge: string;
  readonly isUserVerified: boolean;
};

/**
 * Verifies a registration by WebAuthn §7.1, apart from the challenge, which the batch that stores the passkey claims. Null
 * if anything is wrong.
 */
export async function verifyAttestation(
  { rpId, origins }: RelyingParty,
  { id, rawId, type, response }: Attestation,
): Promise<VerifiedAttestation | null> {
  const clientData = readClientData(response.clientDataJSON);
  if (!clientData) return null;
  const { clientDataJSON, attestationObject, transports = [] } = response;
  try {
    const { verified, registrationInfo: info } = await verifyRegistrationResponse({
      response: {
        id,
        rawId,
        type,
        response: { clientDataJSON, attestationObject },
        clientExtensionResults: {},
      },
      expectedChallenge: clientData.challenge,
      expectedOrigin: [...origins],
      expectedRPID: rpId,
      requireUserVerification: false,
      supportedAlgorithmIDs: ALGORITHMS,
    });
    if (!verified) return null;
    return {
      challenge: clientData.challenge,
      credentialId: info.credential.id,
      publicKey: toBase64url(info.credential.publicKey),
      signCount: info.credential.counter,
      transports,
      aaguid: info.aaguid,
      isSynced: info.credentialDeviceType === "multiDevice",
      isUserVerified: info.userVerified,
    };
  } catch {
    // The library throws for each refusal, and for malformed data.
    return null;
  }
}
