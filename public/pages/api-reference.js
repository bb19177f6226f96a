// Starts Scalar at /docs. No setting may cause a request to another origin: the policy of the page forbids it.
const SAFE_METHODS = ["GET", "HEAD", "OPTIONS"];

/** Sends a request of the form "Test Request". A write that cookies authenticate gets the CSRF token. */
async function sendRequest(input, init) {
  const request = new Request(input, init);
  const hasToken = /^Bearer \S/.test(request.headers.get("Authorization") ?? "");
  // Scalar sends the header without a token while the field is empty; the service would reject it.
  if (!hasToken) request.headers.delete("Authorization");
  const isOwn = new URL(request.url).origin === window.location.origin;
  if (isOwn && !hasToken && !SAFE_METHODS.includes(request.method) && !request.headers.get("X-CSRF-Token")) {
    const response = await fetch("/api/auth/csrf-token");
    const { data } = await response.json();
    request.headers.set("X-CSRF-Token", data?.csrfToken ?? "");
  }
  return fetch(request);
}

window.Scalar.createApiReference("#reference", {
  url: "/openapi.json",
  customFetch: sendRequest,
  authentication: { preferredSecurityScheme: "bearer" },
  defaultOpenAllTags: true,
  documentDownloadType: "direct",
  // Scalar's own services: fonts, telemetry, assistant, MCP, hosted client and developer tools.
  withDefaultFonts: false,
  telemetry: false,
  agent: { disabled: true },
  mcp: { disabled: true },
  hideClientButton: true,
  showDeveloperTools: "never",
  // Credentials stay in memory: a reload forgets them.
  persistAuth: false,
});
