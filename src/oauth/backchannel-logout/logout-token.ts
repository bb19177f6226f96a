import { SignJWT } from "jose";
import { type Clock, MINUTE, SECOND } from "../../core/clock.ts";
import { newId } from "../../core/ids.ts";
import type { KeyRing } from "../../sessions/signing-keys/key-ring.ts";
import type { TakenNotice } from "./logout-notice.ts";

export type LogoutTokenDeps = {
  readonly keyRing: Pick<KeyRing, "signingKey">;
  readonly clock: Clock;
  readonly settings: { readonly publicUrl: string };
};

/** OpenID Connect Back-Channel Logout §2.4: the type prevents confusion with an ID token. */
const TYPE = "logout+jwt";
/** OpenID Connect Back-Channel Logout §4: at most two minutes. */
const LIFE = (2 * MINUTE) / SECOND;
const EVENT = "http://schemas.openid.net/event/backchannel-logout";

type LogoutSubject = Pick<TakenNotice, "sessionId" | "clientId" | "accountId"> & {
  readonly client: Pick<TakenNotice["client"], "idTokenAlg">;
};

/** Signs a logout token, with the algorithm of the client's ID tokens. It has no `nonce` (§2.4). */
export async function signLogoutToken(
  { keyRing, clock, settings }: LogoutTokenDeps,
  { sessionId, clientId, accountId, client: { idTokenAlg: alg } }: LogoutSubject,
): Promise<string> {
  const { kid, key } = await keyRing.signingKey(alg);
  const issuedAt = Math.floor(clock.now() / SECOND);
  return new SignJWT({ sid: sessionId, events: { [EVENT]: {} } })
    .setProtectedHeader({ alg, kid, typ: TYPE })
    .setIssuer(settings.publicUrl)
    .setAudience(clientId)
    .setSubject(accountId)
    .setJti(newId())
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + LIFE)
    .sign(key);
}
