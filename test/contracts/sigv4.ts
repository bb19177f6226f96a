import type { LoopbackRequest } from "../support/loopback/protocol.ts";

type Signing = {
  /** The path that the server received, without a query. */
  readonly path: string;
  readonly secretAccessKey: string;
  /** Date, region, service and "aws4_request". */
  readonly scope: readonly [string, string, string, string];
};

const bytes = (text: string) => new TextEncoder().encode(text);
const hex = (buffer: ArrayBuffer) =>
  [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const sha256 = async (text: string) => hex(await crypto.subtle.digest("SHA-256", bytes(text)));

async function hmac(key: BufferSource, text: string): Promise<ArrayBuffer> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const imported = await crypto.subtle.importKey("raw", key, algorithm, false, ["sign"]);
  return crypto.subtle.sign("HMAC", imported, bytes(text));
}

/** The AWS Signature Version 4 of a received POST: an independent implementation to compare with. */
export async function signatureOf(request: LoopbackRequest, signing: Signing): Promise<string> {
  const names = ["content-type", "host", "x-amz-date"];
  const canonical = [
    "POST",
    signing.path,
    "",
    ...names.map((name) => `${name}:${request.headers[name]}`),
    "",
    names.join(";"),
    await sha256(request.body),
  ].join("\n");
  const toSign = [
    "AWS4-HMAC-SHA256",
    request.headers["x-amz-date"],
    signing.scope.join("/"),
    await sha256(canonical),
  ].join("\n");
  let key: BufferSource = bytes(`AWS4${signing.secretAccessKey}`);
  for (const part of signing.scope) key = await hmac(key, part);
  return hex(await hmac(key, toSign));
}
