type Options = { readonly body?: object | undefined; readonly token?: string | undefined };

/** Sends a request. `ms` is the time until the whole body was received. */
export async function send(url: string, method: string, { body, token }: Options = {}) {
  const begun = performance.now();
  const response = await fetch(url, {
    method,
    headers: {
      ...(body && { "Content-Type": "application/json" }),
      ...(token && { Authorization: `Bearer ${token}` }),
    },
    body: body && JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, ms: performance.now() - begun };
}

/** Sends a request, and throws for an error status. */
export async function sendOk(url: string, method: string, options: Options = {}) {
  const response = await send(url, method, options);
  if (response.status < 300) return response;
  throw new Error(`${method} ${url} responded with ${response.status}: ${response.text}`);
}
