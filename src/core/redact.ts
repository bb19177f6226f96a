const SECRET_PATTERNS = [
  /\S+@\S+/g,
  // JWTs begin with {" in base64url.
  /\beyJ[\w-]+(?:\.[\w-]+)+/g,
  // Keys, tokens and ids. Names of variables and SQLite errors are as long, but have one case and no digit.
  /(?<![\w-])(?![A-Z_-]+(?![\w-])|[a-z_-]+(?![\w-]))[\w-]{20,}/g,
];

/** Removes text that looks like an email address or a token: error messages of others may repeat their input. */
export const redact = (text: string): string =>
  SECRET_PATTERNS.reduce((redacted, pattern) => redacted.replaceAll(pattern, "…"), text);
