import type { ProfileField } from "../accounts/account.ts";

/** What this deployment asks for at registration, and was not given. */
export const missingProfileFields = (
  profile: { readonly [Field in ProfileField]?: unknown },
  required: readonly ProfileField[],
): ProfileField[] => required.filter((field) => profile[field] === undefined);
