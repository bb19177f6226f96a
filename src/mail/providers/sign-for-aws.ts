import { encodeHexLowerCase } from "@oslojs/encoding";
import { utf8 } from "../../kernel/crypto/encoding.ts";

const ALGORITHM = "AWS4-HMAC-SHA256";

type Post = {
  /** Without a query. */
  readonly url: string;
  readonly contentType: string;
  readonly body: string;
  readonly region: string;
  readonly service: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** The instant that dates the signature. */
  readonly now: number;
};

/**
 * The headers of a POST, with the one that signs it by Signature Version 4
 * (docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
 */
export async function signForAws(post: Post) {
  const { host, pathname } = new URL(post.url);
  const date = amzDate(post.now);
  // By their names in the order of the alphabet; the request's client adds the host by itself.
  const signed = { "content-type": post.contentType, host, "x-amz-date": date };
  const names = Object.keys(signed).join(";");
  const lines = Object.entries(signed).map(([name, value]) => `${name}:${value}\n`);
  // Of every service but S3: escaped once more than it is sent.
  const path = pathname.split("/").map(encodeURIComponent).join("/");
  const canonical = ["POST", path, "", lines.join(""), names, await sha256(post.body)].join("\n");
  const scope = [date.slice(0, 8), post.region, post.service, "aws4_request"];
  let key = utf8(`AWS4${post.secretAccessKey}`);
  for (const part of scope) key = await hmac(key, part);
  const toSign = [ALGORITHM, date, scope.join("/"), await sha256(canonical)].join("\n");
  const signature = encodeHexLowerCase(await hmac(key, toSign));
  return {
    "content-type": post.contentType,
    "x-amz-date": date,
    authorization: `${ALGORITHM} Credential=${post.accessKeyId}/${scope.join("/")}, SignedHeaders=${names}, Signature=${signature}`,
  };
}

/** `20260131T235959Z`. */
const amzDate = (instant: number): string => new Date(instant).toISOString().replace(/[:-]|\.\d{3}/g, "");

const sha256 = async (text: string): Promise<string> =>
  encodeHexLowerCase(new Uint8Array(await crypto.subtle.digest("SHA-256", utf8(text))));

async function hmac(key: Uint8Array<ArrayBuffer>, text: string): Promise<Uint8Array<ArrayBuffer>> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const imported = await crypto.subtle.importKey("raw", key, algorithm, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, utf8(text)));
}
