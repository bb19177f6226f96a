/** Describes the routes of sensitive changes. */
export const RECENT_AUTHENTICATION =
  "The user must have signed in or reauthenticated (`POST /me/reauthenticate`) in this session within the last 10 minutes.";

/** Describes the routes of sensitive changes that take the password with the request. */
export const RECENT_SECOND_FACTOR =
  "If the account has a second factor, the user must also have signed in or reauthenticated (`POST /me/reauthenticate`) " +
  "in this session within the last 10 minutes.";

/** Describes the routes that add a second factor. */
export const FIRST_ENROLMENT =
  "On a device that was unknown at the sign-in, the session must also have shown a code or a passkey.";
