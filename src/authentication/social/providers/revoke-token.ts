import {
  type AuthorizationServer,
  type ClientAuth,
  processRevocationResponse,
  ResponseBodyError,
  revocationRequest,
} from "oauth4webapi";
import type { DeliveryOutcome } from "../../../core/delivery-outcome.ts";
import { ProviderError } from "../../../core/provider-error.ts";
import { requestOptions } from "./code-flow.ts";
import type { ProviderFetch } from "./provider-fetch.ts";

/** The URL that revokes tokens. Null: the provider has none, or one that would send the token in plain text. */
export function revocationEndpoint({ issuer, revocation_endpoint }: AuthorizationServer): string | null {
  const url = URL.parse(revocation_endpoint ?? "");
  const isAllowed = url?.protocol === "https:" || issuer.startsWith("http:");
  return url && isAllowed ? url.href : null;
}

/** Revokes a refresh token (RFC 7009 §2.1). The answer for a token that is invalid already is a success (§2.2). */
export async function revokeRefreshToken(
  providerFetch: ProviderFetch,
  server: AuthorizationServer,
  clientId: string,
  clientAuth: ClientAuth,
  token: string,
): Promise<DeliveryOutcome> {
  if (revocationEndpoint(server) === null) return { outcome: "failed", reason: "no_endpoint" };
  const response = await revocationRequest(server, { client_id: clientId }, clientAuth, token, {
    ...requestOptions(providerFetch, server.issuer),
    additionalParameters: { token_type_hint: "refresh_token" },
  });
  await processRevocationResponse(response);
  return { outcome: "delivered" };
}

/** Why a revocation failed, for the log. */
export function revocationFailure(cause: unknown): DeliveryOutcome {
  if (cause instanceof ResponseBodyError) return { outcome: "failed", reason: `http_${cause.status}` };
  return { outcome: "failed", reason: cause instanceof ProviderError ? cause.kind : "bad_answer" };
}
