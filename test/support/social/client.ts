/** What every provider of the tests knows this service by. */
export const CLIENT = { id: "gatehouse-client", secret: "a-client-secret-of-the-tests-0123456789" } as const;
