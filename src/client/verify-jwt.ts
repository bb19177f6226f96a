import { errors, type JWTPayload, type JWTVerifyOptions, jwtVerify } from "jose";
import { clock } from "./clock.ts";
import type { Fetch } from "./fetch.ts";
import { keySetUrl } from "./issuer.ts";
import { findKey, type KeyAlgorithm } from "./key-set.ts";

/** The key set did not answer. Nothing is known about the token. */
export class KeysUnavailable extends Error {}

/** Characters. A longer text is no token. */
const MAX_LENGTH = 8192;

/** Whether the text is a JWS in compact serialization: jose ignores some surrounding characters. */
export const isCompactJws = (text: string): boolean =>
  text.length <= MAX_LENGTH && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(text);

type Expected = JWTVerifyOptions & {
  readonly issuer: string;
  readonly alg: KeyAlgorithm;
  readonly fetch?: Fetch;
};

/**
 * Verifies a JWT of one algorithm. Keys come from the issuer only: the header parameters `jku`, `jwk` and `x5u` are
 * ignored (RFC 8725 §3.10). Throws the errors of jose, and `KeysUnavailable`.
 */
export async function verifyJwt(token: string, { alg, fetch, ...expected }: Expected): Promise<JWTPayload> {
  const source = { url: keySetUrl(expected.issuer), alg, fetch };
  const { payload } = await jwtVerify(
    token,
    async ({ kid }) => {
      const key = typeof kid === "string" ? await findKey(source, kid) : null;
      if (key === "unavailable") throw new KeysUnavailable();
      if (key === null) throw new errors.JWKSNoMatchingKey();
      return key;
    },
    { ...expected, algorithms: [alg], currentDate: new Date(clock.now()) },
  );
  return payload;
}
