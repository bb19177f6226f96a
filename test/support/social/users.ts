import { newAddress } from "../users.ts";
import type { ProviderUser } from "./provider-user.ts";

/** Random, since the processes of a test run share the providers. */
const newSubject = (): number => Math.floor(Math.random() * 2 ** 45);

/** A new user with an account at every provider. */
export const socialUser = (more: Partial<ProviderUser> = {}): ProviderUser => ({
  id: newSubject(),
  name: "Ada",
  email: newAddress(),
  verified: true,
  ...more,
});
