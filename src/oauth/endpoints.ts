/** The paths of the OAuth and OpenID endpoints. */
export const OAUTH_PATHS = {
  openIdConfiguration: "/.well-known/openid-configuration",
  authorizationServer: "/.well-known/oauth-authorization-server",
  authorize: "/oauth/authorize",
  par: "/oauth/par",
  token: "/oauth/token",
  userinfo: "/oauth/userinfo",
  revoke: "/oauth/revoke",
  introspect: "/oauth/introspect",
  deviceAuthorization: "/oauth/device_authorization",
  logout: "/oauth/logout",
  register: "/oauth/register",
} as const;

export const DISCOVERY_PATHS = [OAUTH_PATHS.openIdConfiguration, OAUTH_PATHS.authorizationServer] as const;

/**
 * The endpoints that clients call directly. They answer in the format of RFC 6749 §5.2, and pages of every origin may
 * call them, since they never read cookies.
 */
export const CLIENT_ENDPOINTS = [
  OAUTH_PATHS.token,
  OAUTH_PATHS.par,
  OAUTH_PATHS.userinfo,
  OAUTH_PATHS.revoke,
  OAUTH_PATHS.introspect,
  OAUTH_PATHS.deviceAuthorization,
  OAUTH_PATHS.register,
] as const;

export const isClientEndpoint = (path: string): boolean => CLIENT_ENDPOINTS.some((each) => each === path);
