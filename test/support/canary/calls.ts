import { CODE_VERIFIER } from "../social/client-application.ts";
import type { ApiDriver } from "./page-driver.ts";

/** Another Worker calls every RPC method, with valid and invalid tokens. */
export async function callRpcMethods(driver: ApiDriver, email: string, currentPassword: string) {
  const { logIn, watched } = driver;
  const { call, canaries, addresses } = watched;
  const { token = "", refreshToken = "" } = await logIn(email, currentPassword);
  const client = { ip: addresses.plant("an IP", "198.51.100.77"), userAgent: "canary" };
  const verified = await call("verifyToken", token);
  await call("verifyToken", token, { strict: true });
  for (const invalid of [`${token}x`, refreshToken, email]) await call("verifyToken", invalid);
  const id = verified.ok ? verified.session.userId : "";
  await call("getUser", id);
  await call("getUsers", [id, email]);
  await call("can", id, "users:list");
  await call("exchangeCode", { code: refreshToken, codeVerifier: CODE_VERIFIER, client });
  const next = await call("refreshSession", { refreshToken, client });
  if (!next.ok) throw new Error(`refreshSession failed: ${next.reason}`);
  for (const kind of ["token", "refreshToken"] as const) canaries.plant(kind, next[kind]);
  await call("signOut", { refreshToken: next.refreshToken, client });
  await call("revokeSession", token);
  await call("revokeUser", id);
  // `revokeUser` also revokes sessions that start in the same millisecond of the test clock.
  watched.clock.advance(1000);
  for (const value of [token, email]) await call("getUser", value);
}
