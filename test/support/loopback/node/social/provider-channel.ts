import { createHash, randomBytes } from "node:crypto";
import { CLIENT } from "../../../social/provider-client.ts";
import type { ProviderUser } from "../../../social/provider-user.ts";

type Grant = { readonly challenge: string; readonly redirectUri: string; readonly user: ProviderUser };
type Token = { readonly clientId: string; readonly user: ProviderUser };
/** One test's own GitHub and Facebook: the user who signs in there, and the issued codes and tokens. */
export type Channel = {
  user: ProviderUser;
  readonly codes: Map<string, Grant>;
  readonly tokens: Map<string, Token>;
};

export type ProviderResponse = {
  readonly status: number;
  readonly body?: unknown;
  readonly location?: string;
};
export type ProviderRequest = {
  readonly channel: Channel;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly form: URLSearchParams;
  readonly body: string;
  readonly authorization: string;
};

const random = () => randomBytes(16).toString("hex");
export const reply = (status: number, body: unknown): ProviderResponse => ({ status, body });

/** The authorization endpoint. It redirects with a code at once, as if the user had consented. */
export function authorize({ channel, query }: ProviderRequest): ProviderResponse {
  const redirectUri = query.get("redirect_uri") ?? "";
  if (query.get("client_id") !== CLIENT.id || query.get("response_type") !== "code")
    return reply(400, "bad request");
  if (query.get("code_challenge_method") !== "S256") return reply(400, "no PKCE");
  const code = random();
  channel.codes.set(code, {
    challenge: query.get("code_challenge") ?? "",
    redirectUri,
    user: channel.user,
  });
  const callback = new URL(redirectUri);
  callback.searchParams.set("code", code);
  callback.searchParams.set("state", query.get("state") ?? "");
  return { status: 302, location: callback.href };
}

/** The token endpoint (RFC 6749 §4.1.3, RFC 7636 §4.6): an access token, or null. */
export function exchangeCode({ channel, form }: ProviderRequest): string | null {
  const grant = channel.codes.get(form.get("code") ?? "");
  channel.codes.delete(form.get("code") ?? "");
  const challenge = createHash("sha256")
    .update(form.get("code_verifier") ?? "")
    .digest("base64url");
  const isValid =
    form.get("client_id") === CLIENT.id &&
    form.get("client_secret") === CLIENT.secret &&
    form.get("redirect_uri") === grant?.redirectUri &&
    challenge === grant?.challenge;
  if (!grant || !isValid) return null;
  return issueToken(channel, CLIENT.id, grant.user);
}

export function issueToken(channel: Channel, clientId: string, user: ProviderUser): string {
  const token = random();
  channel.tokens.set(token, { clientId, user });
  return token;
}
