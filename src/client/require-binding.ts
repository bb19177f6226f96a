/** A binding that is missing in wrangler.toml is undefined. Without this check each request would only report "unavailable". */
export function requireBinding(binding: unknown): void {
  if (!binding) throw new TypeError("The service binding is undefined. Add it to wrangler.toml.");
}
