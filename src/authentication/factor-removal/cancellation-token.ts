import { constantTimeEqual } from "@oslojs/crypto/subtle";
import { utf8 } from "../../core/crypto/encoding.ts";
import { keyedHash } from "../../core/crypto/keyed-hash.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";

type Deps = { readonly secrets: SecretRing };

/** The page of the mailed link, relative to PUBLIC_URL. */
export const CANCELLATION_PAGE = "/cancel-factor-removal";

/** Characters of a removal's id. */
const ID_LENGTH = 36;

/** The token of the mailed link: the id of the removal, signed. It cancels that removal and does nothing else. */
export const signCancellation = async ({ secrets }: Deps, removalId: string): Promise<string> =>
  `${removalId}${await keyedHash(secrets.current, "factor-removal", removalId)}`;

/** The id of the removal. Null: this service has not signed the token. */
export async function readCancellation({ secrets }: Deps, token: string): Promise<string | null> {
  const [removalId, signature] = [token.slice(0, ID_LENGTH), token.slice(ID_LENGTH)];
  const roots = [secrets.current, ...secrets.earlier];
  const expected = await Promise.all(roots.map((root) => keyedHash(root, "factor-removal", removalId)));
  const isSigned = expected.filter((each) => constantTimeEqual(utf8(each), utf8(signature))).length > 0;
  return isSigned ? removalId : null;
}
