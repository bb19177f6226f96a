import { eq } from "drizzle-orm";
import { accounts } from "../../db/schema.ts";
import type { FirstFactorGrant } from "../first-factor.ts";
import type { GrantStatements } from "../grant-statements.ts";

export const passwordGrant: GrantStatements<FirstFactorGrant<"password">> = {
  consume: () => [],
  isValid: (_, { checkedHash }) => eq(accounts.passwordHash, checkedHash),
};
