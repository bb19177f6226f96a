import type { SecretRing } from "../../src/core/crypto/secret-ring.ts";
import { utf8Length } from "../../src/core/text.ts";
import type { StoredSigningKey } from "../../src/sessions/signing-keys/signing-key.ts";
import { CommandError } from "../shared/command-error.ts";
import type { Platform } from "./open-platform.ts";

/** AUTH_SECRET, validated as the service validates it. */
export function readSecret({ isRemote, variables }: Pick<Platform, "isRemote" | "variables">): string {
  const secret = typeof variables.AUTH_SECRET === "string" ? variables.AUTH_SECRET.trim() : "";
  if (secret === "") {
    throw new CommandError(
      isRemote
        ? "AUTH_SECRET is not set. This command needs the deployment's value: read -rs AUTH_SECRET && export AUTH_SECRET"
        : "AUTH_SECRET is not set. `npm run dev` creates a .dev.vars with it; --env-file selects another file.",
    );
  }
  if (utf8Length(secret) < 32) throw new CommandError("AUTH_SECRET must have 32 bytes at least.");
  return secret;
}

type Deps = {
  readonly platform: Pick<Platform, "isRemote">;
  readonly signingKeys: { list(signsFromAfter: number): Promise<StoredSigningKey[]> };
};

/**
 * Refuses a secret that is not the deployment's: with it, a lockout would remain and the service could not open a notice.
 * The newest signing key names the root that sealed it; a rotation seals it again within the hour.
 */
export async function requireDeploymentSecret(deps: Deps, secrets: SecretRing): Promise<void> {
  const keys = await deps.signingKeys.list(0);
  const newest = keys.toSorted((a, b) => a.createdAt - b.createdAt).at(-1);
  if (!newest && !deps.platform.isRemote) return;
  if (!newest) {
    throw new CommandError(
      "This deployment has no signing key yet, so AUTH_SECRET cannot be verified. Request its /.well-known/jwks.json once, and try again.",
    );
  }
  if (newest.sealedBy !== secrets.current.id) {
    throw new CommandError(
      "AUTH_SECRET is not the secret of this service: another secret sealed its signing keys. " +
        "After a rotation, sign in to the service once or wait an hour, and try again.",
    );
  }
}
