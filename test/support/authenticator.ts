import type { CreationOptions, RequestOptions } from "../../src/authentication/passkeys/options.ts";

// A WebAuthn authenticator and its browser in software, by the specification alone: it shares no code with the service.

const encoder = new TextEncoder();

const toBase64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

export const fromBase64url = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));

const concat = (...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(parts.flatMap((part) => [...part]));

const sha256 = async (bytes: Uint8Array<ArrayBuffer>) =>
  new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));

type Cbor = number | string | Uint8Array | ReadonlyMap<number | string, Cbor>;

/** CBOR (RFC 8949) of the types that WebAuthn needs. */
function cbor(value: Cbor): Uint8Array {
  if (typeof value === "number") return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === "string") {
    const bytes = encoder.encode(value);
    return concat(head(3, bytes.length), bytes);
  }
  if (value instanceof Uint8Array) return concat(head(2, value.length), value);
  return concat(head(5, value.size), ...[...value].flatMap(([key, entry]) => [cbor(key), cbor(entry)]));
}

function head(major: number, length: number): Uint8Array {
  const type = major << 5;
  if (length < 24) return Uint8Array.of(type | length);
  if (length < 256) return Uint8Array.of(type | 24, length);
  return Uint8Array.of(type | 25, length >> 8, length & 255);
}

const bytesOf = (text: string | undefined) => fromBase64url(text ?? "");

const ALGORITHMS = {
  ES256: {
    generate: { name: "ECDSA", namedCurve: "P-256" },
    sign: { name: "ECDSA", hash: "SHA-256" },
    cose: ({ x, y }: JsonWebKey): Map<number, Cbor> =>
      new Map<number, Cbor>([
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, bytesOf(x)],
        [-3, bytesOf(y)],
      ]),
  },
  EdDSA: {
    generate: { name: "Ed25519" },
    sign: { name: "Ed25519" },
    cose: ({ x }: JsonWebKey): Map<number, Cbor> =>
      new Map<number, Cbor>([
        [1, 1],
        [3, -8],
        [-1, 6],
        [-2, bytesOf(x)],
      ]),
  },
  RS256: {
    generate: {
      name: "RSASSA-PKCS1-v1_5",
      hash: "SHA-256",
      modulusLength: 2048,
      publicExponent: Uint8Array.of(1, 0, 1),
    },
    sign: { name: "RSASSA-PKCS1-v1_5" },
    cose: ({ n, e }: JsonWebKey): Map<number, Cbor> =>
      new Map<number, Cbor>([
        [1, 3],
        [3, -257],
        [-1, bytesOf(n)],
        [-2, bytesOf(e)],
      ]),
  },
} as const;

type Algorithm = keyof typeof ALGORITHMS;

/** A signature of Web Crypto (r and s) as the DER that WebAuthn requires (§6.5.5). */
function toDer(raw: Uint8Array): Uint8Array {
  const integer = (bytes: Uint8Array) => {
    const start = bytes.findIndex((byte) => byte !== 0);
    const trimmed = bytes.slice(start < 0 ? bytes.length - 1 : start);
    const positive = (trimmed[0] ?? 0) > 127 ? concat(Uint8Array.of(0), trimmed) : trimmed;
    return concat(Uint8Array.of(2, positive.length), positive);
  };
  const body = concat(integer(raw.slice(0, 32)), integer(raw.slice(32)));
  return concat(Uint8Array.of(48, body.length), body);
}

type Credential = {
  readonly id: string;
  readonly rpId: string;
  readonly userHandle: string;
  readonly algorithm: Algorithm;
  readonly keys: CryptoKeyPair;
  signCount: number;
};

/** What a test may change in a ceremony, to act as an attacker or as another browser. */
type Overrides = {
  readonly origin?: string;
  readonly rpId?: string;
  readonly type?: string;
  readonly challenge?: string;
  readonly isUserVerified?: boolean;
  readonly isUserPresent?: boolean;
  readonly signCount?: number;
  readonly userHandle?: string | null;
  readonly clientData?: object;
};

export type Authenticator = ReturnType<typeof createAuthenticator>;

/** `isSynced`: its credentials are backup eligible. `counts`: it has a signature counter. */
export function createAuthenticator({
  origin = "http://gatehouse.test",
  isSynced = false,
  counts = true,
  algorithm = "ES256" as Algorithm,
} = {}) {
  const credentials: Credential[] = [];

  const clientDataOf = (type: string, challenge: string, overrides: Overrides) =>
    encoder.encode(
      JSON.stringify({
        type: overrides.type ?? type,
        challenge: overrides.challenge ?? challenge,
        origin: overrides.origin ?? origin,
        crossOrigin: false,
        ...overrides.clientData,
      }),
    );

  async function authenticatorData(
    rpId: string,
    signCount: number,
    overrides: Overrides,
    more = new Uint8Array(),
  ) {
    const { isUserPresent = true, isUserVerified = true } = overrides;
    const flags =
      (isUserPresent ? 1 : 0) |
      (isUserVerified ? 4 : 0) |
      (isSynced ? 8 | 16 : 0) |
      (more.length > 0 ? 64 : 0);
    const counter = new Uint8Array(4);
    new DataView(counter.buffer).setUint32(0, signCount);
    const rpIdHash = await sha256(Uint8Array.from(encoder.encode(overrides.rpId ?? rpId)));
    return concat(rpIdHash, Uint8Array.of(flags), counter, more);
  }

  return {
    credentials,

    /** `navigator.credentials.create`, with the attestation "none". */
    async create(options: CreationOptions, overrides: Overrides = {}) {
      const { generate, cose } = ALGORITHMS[algorithm];
      const keys = (await crypto.subtle.generateKey(generate, true, ["sign", "verify"])) as CryptoKeyPair;
      const id = crypto.getRandomValues(new Uint8Array(32));
      const signCount = counts ? 1 : 0;
      credentials.push({
        id: toBase64url(id),
        rpId: options.rp.id,
        userHandle: options.user.id,
        algorithm,
        keys,
        signCount,
      });
      const key = cbor(cose((await crypto.subtle.exportKey("jwk", keys.publicKey)) as JsonWebKey));
      const attested = concat(new Uint8Array(16), Uint8Array.of(0, id.length), id, key);
      const authData = await authenticatorData(options.rp.id, signCount, overrides, attested);
      const attestationObject = cbor(
        new Map<string, Cbor>([
          ["fmt", "none"],
          ["attStmt", new Map()],
          ["authData", authData],
        ]),
      );
      return {
        id: toBase64url(id),
        rawId: toBase64url(id),
        type: "public-key",
        response: {
          clientDataJSON: toBase64url(clientDataOf("webauthn.create", options.challenge, overrides)),
          attestationObject: toBase64url(attestationObject),
          transports: ["internal", "hybrid"],
        },
        clientExtensionResults: {},
      };
    },

    /** `navigator.credentials.get`, with the credential that the user chooses: by default the latest. */
    async get(options: RequestOptions, overrides: Overrides = {}, credential = credentials.at(-1)) {
      if (!credential) throw new Error("The authenticator has no credential.");
      if (counts) credential.signCount += 1;
      const signCount = overrides.signCount ?? credential.signCount;
      const authData = await authenticatorData(options.rpId, signCount, overrides);
      const clientData = clientDataOf("webauthn.get", options.challenge, overrides);
      const signed = concat(authData, await sha256(Uint8Array.from(clientData)));
      const { sign } = ALGORITHMS[credential.algorithm];
      const raw = new Uint8Array(await crypto.subtle.sign(sign, credential.keys.privateKey, signed));
      const signature = credential.algorithm === "ES256" ? toDer(raw) : raw;
      const userHandle = overrides.userHandle === undefined ? credential.userHandle : overrides.userHandle;
      return {
        id: credential.id,
        rawId: credential.id,
        type: "public-key",
        response: {
          clientDataJSON: toBase64url(clientData),
          authenticatorData: toBase64url(authData),
          signature: toBase64url(signature),
          ...(userHandle === null ? {} : { userHandle }),
        },
        clientExtensionResults: {},
        authenticatorAttachment: "platform",
      };
    },
  };
}

export const textAsHandle = (text: string): string => toBase64url(encoder.encode(text));
