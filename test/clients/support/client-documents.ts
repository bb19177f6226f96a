/** The client id of an assistant: the URL of its metadata document. */
export const ASSISTANT = "https://assistant.example.com/client.json";

/** The documents that the hosts of clients serve, by URL. */
const DOCUMENTS: Readonly<Record<string, object>> = {
  [ASSISTANT]: {
    client_id: ASSISTANT,
    client_name: "Assistant",
    redirect_uris: ["http://127.0.0.1/callback"],
    grant_types: ["authorization_code", "refresh_token"],
    token_endpoint_auth_method: "none",
  },
};

/**
 * Lets `fetch` of this process answer for the hosts of clients: the test harness sends the outgoing requests of its
 * Workers through it. Returns a function that ends it.
 */
export function serveClientDocuments(): () => void {
  const original = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const document = DOCUMENTS[input instanceof Request ? input.url : String(input)];
    return document === undefined ? original(input, init) : Response.json(document);
  };
  return () => {
    globalThis.fetch = original;
  };
}
