import { fromBase64url } from "../../core/crypto/encoding.ts";

/** What the browser says about a ceremony (WebAuthn §5.8.1), as far as this service reads it itself. */
export type ClientData = { readonly challenge: string };

/**
 * Reads the client data of a ceremony. Null if it is malformed, or if the ceremony ran in a frame of another origin
 * (`crossOrigin`, `topOrigin`): the pages forbid framing, and no other site may embed them.
 */
export function readClientData(clientDataJSON: string): ClientData | null {
  const bytes = fromBase64url(clientDataJSON);
  const data = bytes && parseObject(new TextDecoder().decode(bytes));
  if (!data || !("challenge" in data) || typeof data.challenge !== "string") return null;
  const isCrossOrigin = "crossOrigin" in data && data.crossOrigin !== false;
  return isCrossOrigin || "topOrigin" in data ? null : { challenge: data.challenge };
}

function parseObject(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}
