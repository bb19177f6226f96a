import { jwtVerify, SignJWT } from "jose";
import { type Clock, DAY, SECOND } from "../../core/clock.ts";
import { keyedHash } from "../../core/crypto/keyed-hash.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";
import { isInvalidTokenError, UnknownKeyError } from "../../core/crypto/token-error.ts";
import { newId } from "../../core/ids.ts";

const TYPE = "device+jwt";

/** Milliseconds for which a device stays known after its last full sign-in. */
export const DEVICE_TOKEN_TTL_MS = 180 * DAY;

export type DeviceTokenDeps = {
  readonly secrets: SecretRing;
  readonly clock: Clock;
  readonly settings: { readonly publicUrl: string };
};

/** A device on which this address has completed a sign-in before. */
export type KnownDevice = {
  readonly deviceId: string;
  /** Instant (ms) of the last completed sign-in. */
  readonly knownSince: number;
};

/**
 * Signs the token by which a client is a known device at its next sign-in. The token authenticates nothing.
 * A known device causes no notice, needs no second factor under the policy `new_device`, and is not subject
 * to the lockout of unknown devices. `deviceId`: null for a device that becomes known now.
 */
export async function signDeviceToken(
  deps: DeviceTokenDeps,
  emailKey: string,
  deviceId: string | null,
): Promise<string> {
  const root = deps.secrets.current;
  const knownSince = deps.clock.now();
  const now = Math.floor(knownSince / SECOND);
  // `iat` has whole seconds, and a password reset may happen within the same second.
  return new SignJWT({ adr: await keyedHash(root, "device-address", emailKey), known: knownSince })
    .setProtectedHeader({ alg: "HS256", typ: TYPE, kid: root.id })
    .setIssuer(deps.settings.publicUrl)
    .setAudience(`${deps.settings.publicUrl}/device`)
    .setSubject(deviceId ?? newId())
    .setIssuedAt(now)
    .setExpirationTime(now + DEVICE_TOKEN_TTL_MS / SECOND)
    .sign(await root.hmacKey("device-token"));
}

/** Whether the device became known after the last change that made all devices of the account unknown. */
export const isDeviceStillKnown = (
  device: KnownDevice,
  account: { readonly devicesKnownSince: number },
): boolean => device.knownSince >= account.devicesKnownSince;

/**
 * The device, if the token was issued for this address: the token of an attacker's own account must not give
 * further attempts at another account. Any other token counts as an unknown device and is no error.
 */
export async function recognizeDevice(
  deps: DeviceTokenDeps,
  token: string | undefined,
  emailKey: string,
): Promise<KnownDevice | null> {
  if (token === undefined) return null;
  try {
    const { payload, protectedHeader } = await jwtVerify(
      token,
      async ({ kid }) => {
        const root = typeof kid === "string" ? deps.secrets.find(kid) : null;
        if (!root) throw new UnknownKeyError();
        return root.hmacKey("device-token");
      },
      {
        algorithms: ["HS256"],
        typ: TYPE,
        issuer: deps.settings.publicUrl,
        audience: `${deps.settings.publicUrl}/device`,
        requiredClaims: ["exp", "iat", "sub", "adr", "known"],
        currentDate: new Date(deps.clock.now()),
      },
    );
    // The root that signed the token, so that a known device stays known after a rotation of the secret.
    const root = deps.secrets.find(protectedHeader.kid ?? "");
    if (!root || payload.adr !== (await keyedHash(root, "device-address", emailKey))) return null;
    if (!payload.sub || typeof payload.known !== "number") return null;
    return { deviceId: payload.sub, knownSince: payload.known };
  } catch (cause) {
    if (isInvalidTokenError(cause)) return null;
    throw cause;
  }
}
