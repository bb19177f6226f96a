import { jwtVerify, SignJWT } from "jose";
import { type Clock, DAY, SECOND } from "../../core/clock.ts";
import { keyedHash } from "../../core/crypto/keyed-hash.ts";
import type { SecretRing, SecretRoot } from "../../core/crypto/secret-ring.ts";
import { isInvalidTokenError } from "../../core/crypto/token-error.ts";
import { hmacKeyOfToken } from "../../core/crypto/token-key.ts";

const TYPE = "device+jwt";

/** Milliseconds for which a device stays known after its last full sign-in. */
export const DEVICE_TOKEN_TTL_MS = 180 * DAY;

export type DeviceTokenDeps = {
  readonly secrets: SecretRing;
  readonly clock: Clock;
  readonly settings: { readonly publicUrl: string };
};

/** What a device token says. It counts for one address, and only while `isDeviceStillKnown`. */
export type KnownDevice = {
  readonly deviceId: string;
  /** Instant (ms) of the last completed sign-in, or of the password reset. */
  readonly knownSince: number;
  /** Whether the device has a row, whose deletion revokes it. Tokens from before migration 0014 have none. */
  readonly isListed: boolean;
  /** False for the token of a password reset. Such a device still needs a second factor, and its sign-in is notified. */
  readonly hasSignedIn: boolean;
  readonly addressHash: string;
  /** The root that signed the token, so that a known device stays known after a rotation of the secret. */
  readonly root: SecretRoot;
};

type NewDeviceToken = {
  readonly emailKey: string;
  /** The id of its `known_devices` row. */
  readonly deviceId: string;
  /** Instant (ms). */
  readonly knownSince: number;
  readonly hasSignedIn: boolean;
};

/**
 * Signs the token by which a client is a known device at its next sign-in. The token authenticates nothing.
 * A known device causes no notice, needs no second factor under the policy `new_device`, and is not subject
 * to the lockout of unknown devices.
 */
export async function signDeviceToken(
  deps: DeviceTokenDeps,
  { emailKey, deviceId, knownSince, hasSignedIn }: NewDeviceToken,
): Promise<string> {
  const root = deps.secrets.current;
  const now = Math.floor(knownSince / SECOND);
  const adr = await keyedHash(root, "device-address", emailKey);
  // `iat` has whole seconds, and a password reset may happen within the same second.
  return new SignJWT({ adr, known: knownSince, listed: true, ...(hasSignedIn ? {} : { reset: true }) })
    .setProtectedHeader({ alg: "HS256", typ: TYPE, kid: root.id })
    .setIssuer(deps.settings.publicUrl)
    .setAudience(`${deps.settings.publicUrl}/device`)
    .setSubject(deviceId)
    .setIssuedAt(now)
    .setExpirationTime(now + DEVICE_TOKEN_TTL_MS / SECOND)
    .sign(await root.hmacKey("device-token"));
}

/** What the account says about a device. Instants in milliseconds. */
export type DeviceRecord = {
  readonly devicesKnownSince: number;
  /** When the row of the device was created; null if the account has no such row. */
  readonly deviceCreatedAt: number | null;
};

/**
 * Whether the device became known after the last change that made all devices of the account unknown, and has not
 * been forgotten since. A row that is created again does not restore an earlier token.
 */
export const isDeviceStillKnown = (
  { knownSince, isListed }: KnownDevice,
  { devicesKnownSince, deviceCreatedAt }: DeviceRecord,
): boolean =>
  knownSince >= devicesKnownSince &&
  (!isListed || (deviceCreatedAt !== null && deviceCreatedAt <= knownSince));

/**
 * Whether the token was issued for this address: the token of an attacker's own account must not give further
 * attempts at another account.
 */
export const isDeviceOfAddress = async ({ root, addressHash }: KnownDevice, emailKey: string) =>
  addressHash === (await keyedHash(root, "device-address", emailKey));

/**
 * The device of the first valid token for this address. Any other token counts as an unknown device and is no error. A
 * browser presents the tokens of all users who have signed in there.
 */
export async function recognizeDevice(
  deps: DeviceTokenDeps,
  tokens: readonly string[],
  emailKey: string,
): Promise<KnownDevice | null> {
  const [device = null] = await devicesOfAddress(await readDeviceTokens(deps, tokens), emailKey);
  return device;
}

async function devicesOfAddress(devices: readonly KnownDevice[], emailKey: string): Promise<KnownDevice[]> {
  const isOwn = await Promise.all(devices.map((device) => isDeviceOfAddress(device, emailKey)));
  return devices.filter((_device, index) => isOwn[index]);
}

/** A device of an account, of which the client presents a token. Instants in milliseconds. */
export type PresentedDevice = {
  readonly id: string;
  readonly createdAt: number;
  readonly trustedUntil: number | null;
};

/** What an account says about the devices that are presented before the account is known. */
export type PresentedDevices = {
  readonly devicesKnownSince: number;
  readonly presentedDevices: readonly PresentedDevice[];
};

export const UNKNOWN_DEVICE = { device: null, trustedUntil: null } as const;

/** The presented device that the account knows, and until when it needs no second factor. */
export async function findKnownDevice(
  presented: readonly KnownDevice[],
  emailKey: string,
  { devicesKnownSince, presentedDevices }: PresentedDevices,
): Promise<{ readonly device: KnownDevice | null; readonly trustedUntil: number | null }> {
  for (const device of await devicesOfAddress(presented, emailKey)) {
    const stored = presentedDevices.find(({ id }) => id === device.deviceId);
    const record = { devicesKnownSince, deviceCreatedAt: stored?.createdAt ?? null };
    if (isDeviceStillKnown(device, record)) return { device, trustedUntil: stored?.trustedUntil ?? null };
  }
  return UNKNOWN_DEVICE;
}

/** The devices of the valid tokens, for any address. */
export async function readDeviceTokens(
  deps: DeviceTokenDeps,
  tokens: readonly string[],
): Promise<KnownDevice[]> {
  const devices = await Promise.all(tokens.map((token) => readDeviceToken(deps, token)));
  return devices.filter((device) => device !== null);
}

/** The device of a valid token, for any address. Null for any other token. */
export async function readDeviceToken(deps: DeviceTokenDeps, token: string): Promise<KnownDevice | null> {
  try {
    const { payload, protectedHeader } = await jwtVerify(
      token,
      hmacKeyOfToken(deps.secrets, "device-token"),
      {
        algorithms: ["HS256"],
        typ: TYPE,
        issuer: deps.settings.publicUrl,
        audience: `${deps.settings.publicUrl}/device`,
        requiredClaims: ["exp", "iat", "sub", "adr", "known"],
        currentDate: new Date(deps.clock.now()),
      },
    );
    const root = deps.secrets.find(protectedHeader.kid ?? "");
    const { sub, adr, known, listed, reset } = payload;
    if (!root || !sub || typeof adr !== "string" || typeof known !== "number") return null;
    return {
      deviceId: sub,
      knownSince: known,
      isListed: listed === true,
      hasSignedIn: reset !== true,
      addressHash: adr,
      root,
    };
  } catch (cause) {
    if (isInvalidTokenError(cause)) return null;
    throw cause;
  }
}
