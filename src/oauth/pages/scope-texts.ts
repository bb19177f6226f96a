import { fill } from "../../core/text.ts";
import { OPENID_SCOPES, type Resource } from "../../sessions/resource.ts";
import type { Words } from "../../ui/ui-texts.ts";
import { isOpenIdScope } from "../scopes.ts";

/** The sentence of each scope for the user: of this service first, then the resource, then its scopes. */
export function scopeTexts(
  t: Words,
  resources: readonly Resource[],
  { resource, scopes }: { readonly resource: string; readonly scopes: readonly string[] },
): readonly string[] {
  const texts = resources.find(({ uri }) => uri === resource)?.scopes ?? {};
  const own = OPENID_SCOPES.filter((scope) => scopes.includes(scope));
  return [
    ...own.map((scope) => t.scopes[scope]),
    // The token is accepted there, whatever scopes it has.
    ...(resource === "" ? [] : [fill(t.consent.resource, { resource })]),
    ...scopes
      .filter((scope) => !isOpenIdScope(scope))
      .map((scope) => (Object.hasOwn(texts, scope) ? texts[scope] : undefined) ?? scope),
  ];
}
