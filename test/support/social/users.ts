import { newAddress } from "../users.ts";
import type { SocialPerson } from "./person.ts";

let subjects = 1000;

/** Somebody with an account of their own at every provider. */
export const socialUser = (more: Partial<SocialPerson> = {}): SocialPerson => ({
  id: ++subjects,
  name: "Ada",
  email: newAddress(),
  verified: true,
  ...more,
});
