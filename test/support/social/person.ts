/** Somebody who has an account at a provider. */
export type SocialPerson = {
  /** GitHub's are numbers, Facebook's digits. */
  readonly id: unknown;
  readonly name: string | null;
  readonly email: string;
  readonly verified: boolean;
  /** The domain that Google manages for them: that of the address unless told, and null where it does not. */
  readonly hd?: string | null;
};
