/** The profile fields that REQUIRED_PROFILE_FIELDS may make required. */
export const PROFILE_FIELDS = ["username", "lastName", "age"] as const;
export type ProfileField = (typeof PROFILE_FIELDS)[number];

export const missingProfileFields = (
  profile: { readonly [Field in ProfileField]?: unknown },
  required: readonly ProfileField[],
): ProfileField[] => required.filter((field) => profile[field] === undefined);
