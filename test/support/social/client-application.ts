import { APP } from "./providers.ts";

/** The code verifier that a client application on another origin keeps, and its S256 code challenge (RFC 7636). */
export const CODE_VERIFIER = "a-secret-that-only-the-app-knows-and-nobody-else";
export const CODE_CHALLENGE = "ag4SMGbyTb8nrLP_VMQH7LHmE6iXM1nxORV_elNtLfE";

/** The query of that client application's authorization request. */
export const CLIENT_APP_QUERY = `?returnTo=${encodeURIComponent(APP)}&codeChallenge=${CODE_CHALLENGE}`;
