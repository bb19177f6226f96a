import { newAddress } from "../users.ts";
import type { ProviderUser } from "./provider-user.ts";

let subjects = 1000;

/** A new user with an account at every provider. */
export const socialUser = (more: Partial<ProviderUser> = {}): ProviderUser => ({
  id: ++subjects,
  name: "Ada",
  email: newAddress(),
  verified: true,
  ...more,
});
