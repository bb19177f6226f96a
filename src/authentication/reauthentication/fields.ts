/** Describes the routes of sensitive changes. */
export const RECENT_AUTHENTICATION =
  "The user must have signed in or reauthenticated (`POST /me/reauthenticate`) in this session within the last 10 minutes.";
