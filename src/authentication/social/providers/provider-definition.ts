import type { z } from "zod/mini";
import type { ClientSettings, EmailAuthority } from "./client-settings.ts";
import type { ProviderDeps } from "./code-flow.ts";
import type { SocialProvider } from "./provider.ts";

/** What the table of providers knows of one: its defaults, its own variables and how it is created. */
export type ProviderDefinition<Own extends string = string> = {
  /** The default display name. */
  readonly name: string;
  /** The default issuer. Null: the operator has to set it. */
  readonly issuer: string | null;
  /** The default trust in its addresses. */
  readonly trust: EmailAuthority["trust"];
  /** Replaces the variable CLIENT_SECRET. */
  readonly secret?: { readonly variable: string; readonly schema: z.ZodMiniType<string> };
  /** The variables that only this provider has, without their prefix. */
  readonly variables?: Readonly<Record<Own, z.ZodMiniType<string>>>;
  /** A method, so that the table may hold definitions with different variables. */
  create(settings: ClientSettings<Own>, deps: ProviderDeps): SocialProvider;
};
