import { type Clock, MINUTE } from "../../core/clock.ts";
import { keyedHash } from "../../core/crypto/keyed-hash.ts";
import { hashOneTimeToken, newOneTimeToken } from "../../core/crypto/one-time-token.ts";
import type { SecretRing, SecretRoot } from "../../core/crypto/secret-ring.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { requiresNewSignIn } from "../../oauth/authorization/interaction.ts";
import type { SocialFailure } from "./errors.ts";
import type { OAuthTransaction, SocialProvider } from "./providers/provider.ts";

/** Milliseconds between the authorization request and the callback. */
export const OAUTH_TRANSACTION_TTL_MS = 10 * MINUTE;

/** The stored half of an OAuth transaction; state and binding are stored as hashes. */
export type NewOAuthTransaction = {
  readonly stateHash: string;
  readonly provider: string;
  /** Hash of the browser's binding cookie. */
  readonly bindingHash: string;
  /** The path of the page that follows. */
  readonly returnTo: string;
  /** Identifies the root secret that code verifier and nonce are derived from. */
  readonly rootId: string;
  readonly expiresAt: number;
};

/** A stored transaction that a callback has consumed. */
export type ConsumedOAuthTransaction = Pick<NewOAuthTransaction, "returnTo" | "rootId" | "expiresAt"> & {
  /** The session whose account the identity is linked to; null for a sign-in. */
  readonly sessionId: string | null;
  /** The authorization response that the provider has posted, sealed; null if it redirected. */
  readonly sealedResponse: string | null;
};

type TransactionFacts = {
  readonly publicUrl: string;
  readonly provider: string;
  readonly state: string;
  /** The path of the page that follows, which may need a new sign-in. */
  readonly returnTo: string;
  readonly startedAt: number;
};

/**
 * The parameters of one authorization request. Code verifier (RFC 7636) and nonce are derived from the state with a
 * secret of this service: 256 bits each, unpredictable to others, and never stored.
 */
export async function deriveOAuthTransaction(
  root: SecretRoot,
  { publicUrl, provider, state, returnTo, startedAt }: TransactionFacts,
): Promise<OAuthTransaction> {
  return {
    state,
    newSignInSince: requiresNewSignIn(returnTo) ? startedAt : null,
    codeVerifier: await keyedHash(root, "social-round", `verifier\n${provider}\n${state}`),
    nonce: await keyedHash(root, "social-round", `nonce\n${provider}\n${state}`),
    redirectUri: `${publicUrl}/api/auth/social/${provider}/callback`,
  };
}

export type StartTransactionDeps = {
  readonly clock: Clock;
  readonly secrets: SecretRing;
  readonly socialProviders: ReadonlyMap<string, SocialProvider>;
  readonly settings: { readonly publicUrl: string };
};

type TransactionRequest = {
  readonly provider: string;
  /** A path that `ownPagePath` has returned. */
  readonly returnTo: string;
  /** The browser's binding, if it has one: two tabs may have a transaction each. */
  readonly binding: string | undefined;
};

/** The authorization URL, and the value of the cookie that binds the transaction to the browser. */
export type AuthorizationRedirect = { readonly url: string; readonly binding: string };

/** Creates an OAuth transaction. Its callback succeeds only after the caller has stored `newTransaction`. */
export async function startTransaction(
  { clock, secrets, socialProviders, settings }: StartTransactionDeps,
  { provider: id, returnTo, ...browser }: TransactionRequest,
): Promise<Result<AuthorizationRedirect & { readonly newTransaction: NewOAuthTransaction }, SocialFailure>> {
  const provider = socialProviders.get(id);
  if (!provider) return err({ reason: "unknown_provider" });
  const state = newOneTimeToken();
  const binding = browser.binding ?? newOneTimeToken();
  const { publicUrl } = settings;
  const startedAt = clock.now();
  const facts = { publicUrl, provider: id, state, returnTo, startedAt };
  const transaction = await deriveOAuthTransaction(secrets.current, facts);
  const url = await provider.authorizationUrl(transaction);
  if (!url.ok) return err({ reason: `provider_${url.error}` });
  const newTransaction = {
    stateHash: await hashOneTimeToken(state),
    provider: id,
    bindingHash: await hashOneTimeToken(binding),
    returnTo,
    rootId: secrets.current.id,
    expiresAt: startedAt + OAUTH_TRANSACTION_TTL_MS,
  };
  return ok({ url: url.value, binding, newTransaction });
}
