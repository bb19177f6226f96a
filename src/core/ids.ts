/** A random UUID (RFC 9562 version 4) for an account, session, message or request. Never a secret. */
export const newId = (): string => crypto.randomUUID();
