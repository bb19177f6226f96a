/** A process of a client that shares one refresh token with other processes. `test/clients/concurrency.test.ts` starts it. */

type Order = {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly token: string;
  readonly count: number;
};
export type RefreshAnswer = {
  readonly status: number;
  readonly refreshToken: string;
  readonly error: string;
};

async function refresh({ tokenUrl, clientId, token }: Order): Promise<RefreshAnswer> {
  const form = { grant_type: "refresh_token", client_id: clientId, refresh_token: token };
  const response = await fetch(tokenUrl, { method: "POST", body: new URLSearchParams(form) });
  const { refresh_token: refreshToken = "", error = "" } = (await response.json()) as Record<string, string>;
  return { status: response.status, refreshToken, error };
}

process.on("message", async (order: Order) => {
  process.send?.(await Promise.all(Array.from({ length: order.count }, () => refresh(order))));
});
process.send?.("ready");
