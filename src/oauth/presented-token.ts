import { type AccessTokenDeps, verifyAnyAccessToken } from "../sessions/access-token.ts";
import type { AccessTokenClaims, MachineTokenClaims } from "../sessions/access-token-claims.ts";
import {
  type RefreshTokenClaims,
  type RefreshTokenDeps,
  verifyRefreshToken,
} from "../sessions/refresh-token.ts";

export type PresentedTokenDeps = Pick<AccessTokenDeps, "keyRing" | "clock"> &
  RefreshTokenDeps & { readonly settings: { readonly publicUrl: string } };

/** An authentic token of a request for introspection or revocation. Only D1 knows whether it is still valid. */
export type PresentedToken =
  | { readonly kind: "access"; readonly claims: AccessTokenClaims | MachineTokenClaims }
  | { readonly kind: "refresh"; readonly claims: RefreshTokenClaims };

type Presented = {
  readonly token: string;
  /** The client of the request: the refresh tokens of other clients are unknown to it. */
  readonly clientId: string;
  readonly ignoreExpiry?: boolean;
};

/** Reads a token of either kind. The `typ` header tells them apart, so `token_type_hint` is not needed. */
export async function readPresentedToken(
  deps: PresentedTokenDeps,
  { token, clientId, ignoreExpiry = false }: Presented,
): Promise<PresentedToken | null> {
  const access = await verifyAnyAccessToken(deps, token, { ignoreExpiry, audiences: "any" });
  if (access.ok) return { kind: "access", claims: access.value };
  const refresh = await verifyRefreshToken(deps, token, clientId);
  return refresh.ok ? { kind: "refresh", claims: refresh.value } : null;
}
