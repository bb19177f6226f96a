import { APP } from "./providers.ts";

/** The code verifier that a client application on another origin keeps, and its S256 code challenge (RFC 7636). */
export const CODE_VERIFIER = "a-code-verifier-that-only-the-client-app-knows--";
export const CODE_CHALLENGE = "CEH364q65ll2QGzXr_-JipNm98UUCKxDuILRlI8n604";

/** The query of that client application's authorization request. */
export const CLIENT_APP_QUERY = `?returnTo=${encodeURIComponent(APP)}&codeChallenge=${CODE_CHALLENGE}`;
