const MAX_KEY_SET_LENGTH = 16_384;
const MAX_KEYS = 10;

/** Members of a private or symmetric key (RFC 7518 §6). */
const SECRET_MEMBERS = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/** Whether the text is a JWK Set (RFC 7517 §5) of public keys that can verify a signature. */
export function areKeys(text: string): boolean {
  if (text.length > MAX_KEY_SET_LENGTH) return false;
  const set = parseJson(text);
  if (!isObject(set) || !Array.isArray(set.keys)) return false;
  return set.keys.length > 0 && set.keys.length <= MAX_KEYS && set.keys.every(isPublicKey);
}

function isPublicKey(key: unknown): boolean {
  if (!isObject(key) || SECRET_MEMBERS.some((member) => Object.hasOwn(key, member))) return false;
  const { kty, crv, use = "sig" } = key;
  const isText = (...members: readonly string[]) =>
    members.every((member) => typeof key[member] === "string");
  if (use !== "sig") return false;
  if (kty === "RSA") return isText("n", "e");
  if (kty === "EC") return crv === "P-256" && isText("x", "y");
  return kty === "OKP" && crv === "Ed25519" && isText("x");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
