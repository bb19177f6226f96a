import { APP } from "./providers.ts";

/** What an app on another origin keeps while somebody is on their way (RFC 7636). */
export const VERIFIER = "a-secret-that-only-the-app-knows-and-nobody-else";
export const CHALLENGE = "ag4SMGbyTb8nrLP_VMQH7LHmE6iXM1nxORV_elNtLfE";

/** The query that sets out from that app. */
export const TO_APP = `?returnTo=${encodeURIComponent(APP)}&codeChallenge=${CHALLENGE}`;
