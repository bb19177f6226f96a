/** An OAuth client on the user's device: the port of its redirect URI is free (RFC 8252 §7.3). */
export const EXAMPLE_CLIENT = { id: "example-client", name: "Example app", path: "/callback" } as const;

/** The path of its authorization request. `origin`: where it receives the code. */
export const exampleAuthorization = (
  parameters: Readonly<Record<string, string>> = {},
  origin = "http://127.0.0.1",
): string =>
  `/oauth/authorize?${new URLSearchParams({
    client_id: EXAMPLE_CLIENT.id,
    redirect_uri: origin + EXAMPLE_CLIENT.path,
    response_type: "code",
    scope: "openid profile email offline_access",
    state: "a state",
    code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    code_challenge_method: "S256",
    ...parameters,
  })}`;
