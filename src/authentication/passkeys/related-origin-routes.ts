import { Hono } from "hono";
import type { DepsOf, HttpEnv } from "../../http/context.ts";
import { refuse } from "../../http/respond.ts";
import type { RelyingParty } from "./passkey.ts";

type Deps = { readonly settings: { readonly passkeys: RelyingParty } };

/** The origins that may use the passkeys of this RP id (WebAuthn §5.11). Without PASSKEY_ORIGINS there is no such document. */
export const relatedOriginRoutes = (depsOf: DepsOf<Deps>): Hono<HttpEnv> =>
  new Hono<HttpEnv>().get("/.well-known/webauthn", (c) => {
    const { origins } = depsOf(c).settings.passkeys;
    if (origins.length < 2) return refuse(c, "not_found");
    return c.json({ origins }, 200, { "Cache-Control": "public, max-age=600" });
  });
