const SECRETS = [
  /\S+@\S+/g,
  // JWTs, which begin with {" in base64url.
  /\beyJ[\w-]+(?:\.[\w-]+)+/g,
  // Keys, tokens and ids. Names of variables and of SQLite's errors are as long, and of one case without a digit.
  /(?<![\w-])(?![A-Z_-]+(?![\w-])|[a-z_-]+(?![\w-]))[\w-]{20,}/g,
];

/** Text for a log, without what looks like somebody's address or a token: others' words may repeat what they were given. */
export const redact = (text: string): string =>
  SECRETS.reduce((left, secret) => left.replaceAll(secret, "…"), text);
