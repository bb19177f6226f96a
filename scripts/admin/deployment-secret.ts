import type { SecretRing } from "../../src/core/crypto/secret-ring.ts";
import { utf8Length } from "../../src/core/text.ts";
import type { StoredSigningKey } from "../../src/sessions/signing-keys/signing-key.ts";
import { Complaint } from "../dev/usage-error.ts";
import type { Platform } from "./platform.ts";

/** AUTH_SECRET as the service itself would take it. */
export function readSecret({ isRemote, variables }: Pick<Platform, "isRemote" | "variables">): string {
  const secret = typeof variables.AUTH_SECRET === "string" ? variables.AUTH_SECRET.trim() : "";
  if (secret === "") {
    throw new Complaint(
      isRemote
        ? "AUTH_SECRET is not set. This command needs the deployment's own: read -rs AUTH_SECRET && export AUTH_SECRET"
        : "AUTH_SECRET is not set. `npm run dev` makes a .dev.vars that has it; --env-file names another file.",
    );
  }
  if (utf8Length(secret) < 32) throw new Complaint("AUTH_SECRET must have 32 bytes at least.");
  return secret;
}

type Deps = {
  readonly platform: Pick<Platform, "isRemote">;
  readonly signingKeys: { list(signsFromAfter: number): Promise<StoredSigningKey[]> };
};

/**
 * By another secret, a lock would silently stay and a notice could never be opened. The newest signing key
 * names the root that sealed it; a rotation seals it anew within the hour.
 */
export async function refuseForeignSecret(deps: Deps, secrets: SecretRing): Promise<void> {
  const keys = await deps.signingKeys.list(0);
  const newest = keys.toSorted((a, b) => a.createdAt - b.createdAt).at(-1);
  if (!newest && !deps.platform.isRemote) return;
  if (!newest) {
    throw new Complaint(
      "This deployment has no signing key yet to know AUTH_SECRET by. Open its /.well-known/jwks.json once, and try again.",
    );
  }
  if (newest.sealedBy !== secrets.current.id) {
    throw new Complaint(
      "AUTH_SECRET is not the one that this service runs by: its signing keys are sealed by another. " +
        "If it has just been replaced, sign in to the service once, or wait an hour, and try again.",
    );
  }
}
