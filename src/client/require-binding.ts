/** A binding that wrangler.toml does not have is undefined; each request would only say "unavailable". */
export function requireBinding(binding: unknown): void {
  if (!binding) throw new TypeError("binding is not there: is it in wrangler.toml?");
}
