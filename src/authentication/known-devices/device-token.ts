import { jwtVerify, SignJWT } from "jose";
import { type Clock, DAY, SECOND } from "../../core/clock.ts";
import { keyedHash } from "../../core/crypto/keyed-hash.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";
import { isTokenFault, UnknownKey } from "../../core/crypto/token-fault.ts";
import { newId } from "../../core/ids.ts";

const TYPE = "device+jwt";

/** Milliseconds for which a device stays known after its last full sign-in. */
export const DEVICE_TOKEN_TTL_MS = 180 * DAY;

export type DeviceTokenDeps = {
  readonly secrets: SecretRing;
  readonly clock: Clock;
  readonly settings: { readonly publicUrl: string };
};

/** A device on which this address has fully signed in before. */
export type KnownDevice = {
  readonly deviceId: string;
  /** Instant (ms) at which it last became known. */
  readonly knownSince: number;
};

/**
 * What a client keeps, and sends back with the next sign-in, to be known. It opens nothing: it spares
 * its owner the notice, the second step where only new devices are asked, and other people's lock.
 */
export async function signDeviceToken(
  deps: DeviceTokenDeps,
  emailKey: string,
  deviceId: string | null,
): Promise<string> {
  const root = deps.secrets.current;
  const knownSince = deps.clock.now();
  const now = Math.floor(knownSince / SECOND);
  // `iat` is in whole seconds, and a reset may fall into the same one.
  return new SignJWT({ adr: await keyedHash(root, "device-address", emailKey), known: knownSince })
    .setProtectedHeader({ alg: "HS256", typ: TYPE, kid: root.id })
    .setIssuer(deps.settings.publicUrl)
    .setAudience(`${deps.settings.publicUrl}/device`)
    .setSubject(deviceId ?? newId())
    .setIssuedAt(now)
    .setExpirationTime(now + DEVICE_TOKEN_TTL_MS / SECOND)
    .sign(await root.hmacKey("device-token"));
}

/** Whether it became known since the account's devices last became strangers. */
export const isDeviceStillKnown = (
  device: KnownDevice,
  account: { readonly devicesKnownSince: number },
): boolean => device.knownSince >= account.devicesKnownSince;

/**
 * The device, if the token was issued for this very address: a token of one's own account must not
 * buy fresh attempts at somebody else's. Anything else is a stranger, and no error.
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
        if (!root) throw new UnknownKey();
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
    // Under the root that signed it, so that a rotation of the secret makes nobody a stranger.
    const root = deps.secrets.find(protectedHeader.kid ?? "");
    if (!root || payload.adr !== (await keyedHash(root, "device-address", emailKey))) return null;
    if (!payload.sub || typeof payload.known !== "number") return null;
    return { deviceId: payload.sub, knownSince: payload.known };
  } catch (cause) {
    if (isTokenFault(cause)) return null;
    throw cause;
  }
}
