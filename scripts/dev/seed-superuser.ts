import { randomBytes, randomUUID } from "node:crypto";
import { eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { createPasswordHasher } from "../../src/core/crypto/password-hash.ts";
import { createSecretRing } from "../../src/core/crypto/secret-ring.ts";
import { accounts } from "../../src/db/schema.ts";

const ADDRESS = "superuser@example.test";

/** The configuration that a password hash depends on. */
type Secrets = {
  readonly authSecret: string;
  readonly authSecretPrevious: string | undefined;
  readonly passwordHashBlocks: number;
};

/** `created` has the only copy of the password in plain text. */
export type SeedOutcome =
  | { readonly outcome: "created"; readonly address: string; readonly password: string }
  /** `address` only for the seeded account: the addresses of users are not printed. */
  | { readonly outcome: "exists"; readonly address?: string }
  | { readonly outcome: "address_taken"; readonly address: string };

/** Creates a verified superuser in a local database that has no superuser. */
export async function seedSuperuser(
  d1: Parameters<typeof drizzle>[0],
  secrets: Secrets,
): Promise<SeedOutcome> {
  const db = drizzle(d1);
  const superusers = await db
    .select({ emailKey: accounts.emailKey })
    .from(accounts)
    .where(eq(accounts.role, "superuser"));
  if (superusers.some(({ emailKey }) => emailKey === ADDRESS)) return { outcome: "exists", address: ADDRESS };
  if (superusers.length > 0) return { outcome: "exists" };
  const password = randomBytes(18).toString("base64url");
  const ring = await createSecretRing(secrets.authSecret, secrets.authSecretPrevious);
  const now = Date.now();
  const inserted = await db
    .insert(accounts)
    .values({
      id: randomUUID(),
      email: ADDRESS,
      emailKey: ADDRESS,
      emailVerifiedAt: now,
      name: "Superuser",
      passwordHash: await createPasswordHasher(ring, secrets.passwordHashBlocks).hash(password),
      role: "superuser",
      status: "active",
      createdAt: now,
      updatedAt: now,
    })
    .onConflictDoNothing()
    .returning({ id: accounts.id });
  if (inserted.length === 0) return { outcome: "address_taken", address: ADDRESS };
  return { outcome: "created", address: ADDRESS, password };
}
