type More = { readonly body?: object | undefined; readonly token?: string | undefined };

/** One call, and the milliseconds until all of its answer was there. */
export async function send(url: string, method: string, { body, token }: More = {}) {
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

/** The same, which has to succeed. */
export async function succeed(url: string, method: string, more: More = {}) {
  const answer = await send(url, method, more);
  if (answer.status < 300) return answer;
  throw new Error(`${method} ${url} answered ${answer.status}: ${answer.text}`);
}
