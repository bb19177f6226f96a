import { OPENID_SCOPES, type Resource } from "../../sessions/resource.ts";
import type { Words } from "../../ui/ui-texts.ts";
import { isOpenIdScope } from "../scopes.ts";

/** The sentence of each scope for the user: of this service first, then of RESOURCES. */
export function scopeTexts(
  t: Words,
  resources: readonly Resource[],
  { resource, scopes }: { readonly resource: string; readonly scopes: readonly string[] },
): readonly string[] {
  const texts = resources.find(({ uri }) => uri === resource)?.scopes ?? {};
  const own = OPENID_SCOPES.filter((scope) => scopes.includes(scope));
  return [...own, ...scopes.filter((scope) => !isOpenIdScope(scope))].map((scope) => {
    if (isOpenIdScope(scope)) return t.scopes[scope];
    return (Object.hasOwn(texts, scope) ? texts[scope] : undefined) ?? scope;
  });
}
