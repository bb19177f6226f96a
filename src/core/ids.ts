/** A random UUID (RFC 9562 version 4): names an account, session, mail or request; never a secret. */
export const newId = (): string => crypto.randomUUID();
