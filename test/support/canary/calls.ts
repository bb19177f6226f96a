import { CODE_VERIFIER } from "../social/client-application.ts";
import type { PageDriver } from "./page-driver.ts";

/** Another Worker is shown tokens, right and wrong ones, spends them, and asks after people. */
export async function byRpc(traveller: PageDriver, email: string, word: string) {
  const { logIn, watched } = traveller;
  const { call, canaries, addresses } = watched;
  const { token = "", refreshToken = "" } = await logIn(email, word);
  const client = { ip: addresses.plant("an IP", "198.51.100.77"), userAgent: "canary" };
  const verified = await call("verifyToken", token);
  await call("verifyToken", token, { strict: true });
  for (const wrong of [`${token}x`, refreshToken, email]) await call("verifyToken", wrong);
  const id = verified.ok ? verified.session.userId : "";
  await call("getUser", id);
  await call("getUsers", [id, email]);
  await call("can", id, "users:list");
  await call("exchangeCode", { code: refreshToken, codeVerifier: CODE_VERIFIER, client });
  const next = await call("refreshSession", { refreshToken, client });
  if (!next.ok) throw new Error(`the refresh was refused: ${next.reason}`);
  for (const what of ["token", "refreshToken"] as const) canaries.plant(what, next[what]);
  await call("signOut", { refreshToken: next.refreshToken, client });
  await call("revokeSession", token);
  await call("revokeUser", id);
  // The clock stands still, and whoever signs in at that very instant is signed out as well.
  watched.clock.advance(1000);
  for (const given of [token, email]) await call("getUser", given);
}
