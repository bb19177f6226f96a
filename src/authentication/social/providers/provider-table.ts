import { apple } from "./apple.ts";
import { facebook } from "./facebook.ts";
import { github } from "./github.ts";
import { google } from "./google.ts";
import { linkedin } from "./linkedin.ts";
import { microsoft } from "./microsoft.ts";
import { oidc } from "./oidc.ts";
import type { ProviderDefinition } from "./provider-definition.ts";

/** The supported providers, in the order of their buttons. There may be any number of `oidc`. */
export const PROVIDERS = {
  google,
  apple,
  microsoft,
  github,
  facebook,
  linkedin,
  oidc,
} as const satisfies Record<string, ProviderDefinition>;

export type ProviderKind = keyof typeof PROVIDERS;

/** The kind of a provider: `oidc-<name>` is one of the OpenID providers that the operator has named. */
export const definitionOf = (id: string): ProviderDefinition =>
  PROVIDERS[(id.startsWith("oidc-") ? "oidc" : id) as ProviderKind];
