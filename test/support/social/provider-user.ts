/** A user with an account at a provider. */
export type ProviderUser = {
  /** GitHub's ids are numbers, Facebook's are strings of digits. */
  readonly id: unknown;
  readonly name: string | null;
  readonly email: string;
  readonly verified: boolean;
  /** The Google Workspace domain: by default that of the address; null for none. */
  readonly hd?: string | null;
  /** How many other addresses GitHub lists before that one: one by default. */
  readonly otherAddresses?: number;
};
