import { type AuthorizationServer, type ClientAuth, ClientSecretBasic, ClientSecretPost } from "oauth4webapi";
import { ProviderError } from "../../../core/provider-error.ts";

const METHODS = { client_secret_basic: ClientSecretBasic, client_secret_post: ClientSecretPost } as const;

type Method = keyof typeof METHODS;

/**
 * The client authentication that the provider supports. Basic comes first: it is the default where the provider lists no
 * methods (OpenID Connect Discovery 1.0 §3) and every server has to support it (RFC 6749 §2.3.1). `configured` is for a
 * provider that lists several methods and accepts one of them for this client.
 */
export function clientSecretAuth(
  { token_endpoint_auth_methods_supported: supported = ["client_secret_basic"] }: AuthorizationServer,
  clientSecret: string,
  configured: Method | null = null,
): ClientAuth {
  const methods = Object.keys(METHODS) as Method[];
  const method = configured ?? methods.find((one) => supported.includes(one));
  if (method === undefined) throw new ProviderError("bad_answer");
  return METHODS[method](clientSecret);
}
