import { and, eq, isNotNull, type SQL, sql } from "drizzle-orm";
import { sessions } from "../db/schema.ts";
import type { AudienceRequest } from "./audience.ts";
import { isFirstParty, maySignFor } from "./statements.ts";

/** Who presents a refresh token. */
export type TokenHolder =
  /** This service's own API, with the audience that it requests. */
  | { readonly kind: "own"; readonly audience: AudienceRequest }
  | ({ readonly kind: "client" } & ClientRequest);

/** A refresh of an OAuth client, at the token endpoint. */
type ClientRequest = {
  readonly clientId: string;
  /** The resources that the client may still get tokens for, or only the requested one. */
  readonly resources: readonly string[];
  /** Whether a session without a resource meets the request. */
  readonly allowsNoResource: boolean;
  /** The requested scopes; empty for those of the session. */
  readonly scopes: readonly string[];
};

/** Whether the session belongs to the holder, and the request asks for no more than what it may get. */
export function mayGetTokens(holder: TokenHolder): SQL | undefined {
  if (holder.kind === "own") return and(isFirstParty(), maySignFor(holder.audience));
  const { clientId, resources, allowsNoResource, scopes } = holder;
  const list = (values: readonly string[]) => sql`SELECT value FROM json_each(${JSON.stringify(values)})`;
  const isAllowed = sql`${sessions.audience} IN (${list(resources)})`;
  const isNarrower = sql`NOT EXISTS (${list(scopes)} WHERE instr(' ' || ${sessions.scope} || ' ', ' ' || value || ' ') = 0)`;
  return and(
    eq(sessions.clientId, clientId),
    isNotNull(sessions.grantId),
    allowsNoResource ? sql`(${sessions.audience} IS NULL OR ${isAllowed})` : isAllowed,
    isNarrower,
  );
}
