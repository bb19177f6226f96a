import type { Context } from "hono";
import { ask } from "../ask.ts";
import { overBinding } from "../over-binding.ts";
import type { VerifyResult } from "../session.ts";
import type { OpenApp } from "./app.ts";
import { areTokens } from "./are-tokens.ts";
import { clientOf } from "./caller.ts";
import { throwIfMisconfigured } from "./misconfigured.ts";

/**
 * Who it is by the app's cookies. An access token goes after minutes; the refresh token is then spent for new
 * ones. Requests side by side may all do so: within 10 seconds each gets the same successor.
 */
export async function findSession(
  c: Context,
  { app, cookies }: OpenApp,
  options: { readonly strict?: boolean },
): Promise<VerifyResult> {
  const { verify } = overBinding(app);
  const access = cookies.access.read();
  const known = access === undefined ? null : await verify(access, options);
  if (known?.ok || known?.reason === "unavailable") return known;
  if (known) throwIfMisconfigured(known.reason);
  const refreshToken = cookies.refresh.read();
  if (refreshToken === undefined) return known ?? ENDED;
  const refreshed = await ask(
    () => app.binding.refreshSession({ refreshToken, client: clientOf(c), audience: app.audience }),
    areTokens,
  );
  if (refreshed.ok) {
    cookies.keep(refreshed);
    return verify(refreshed.token, options);
  }
  throwIfMisconfigured(refreshed.reason);
  if (refreshed.reason !== "refresh_invalid") return { ok: false, reason: "unavailable" };
  cookies.forget();
  return ENDED;
}

const ENDED = { ok: false, reason: "session_ended" } as const;
