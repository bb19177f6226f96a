/** The client credentials of this service at every provider of the tests. */
export const CLIENT = { id: "gatehouse-client", secret: "a-client-secret-of-the-tests-0123456789" } as const;
