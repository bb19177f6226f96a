import { typedLine, typedNumber } from "../../../core/typed-text.ts";
import { formFailure } from "../../../ui/form-error.ts";
import type { FormFailure, PageContext } from "../../../ui/page.ts";
import type { Form } from "../../../ui/read-form.ts";
import { wordsOf } from "../../../ui/render-page.tsx";
import type { Words } from "../../../ui/ui-texts.ts";
import type { Client } from "../client.ts";
import type { ClientMetadata } from "../client-metadata.ts";
import { type ClientFailure, clientErrors } from "../errors.ts";
import type { ClientChanges } from "../update-client.ts";

/** The kinds of a new application. A device or a native app is public, too. */
export const APPLICATION_KINDS = ["web", "spa", "machine"] as const;

/** The form fields with another name than the metadata. `token` in a name would mark a secret. */
const FORM_FIELDS: Partial<Record<keyof ClientMetadata, keyof Words["fields"]>> = {
  name: "clientName",
  logoUri: "logoUri",
  clientUri: "clientUri",
  authMethod: "authMethod",
  jwks: "jwksUri",
  jwksUri: "jwksUri",
  redirectUris: "redirectUris",
  postLogoutRedirectUris: "postLogoutRedirectUris",
  scopes: "scopes",
  accessTokenTtl: "accessTtl",
  refreshIdleTtl: "refreshIdleTtl",
  refreshMaxTtl: "refreshMaxTtl",
  refreshGraceSeconds: "refreshGrace",
  backchannelLogoutUri: "backchannelLogoutUri",
};

export const listIn = (text: string): string[] => text.split(/\s+/).filter((one) => one !== "");

const textOrNull = (text: string): string | null => (text.trim() === "" ? null : text.trim());

/** NaN for text that is no number: the rules refuse it. */
function secondsOrNull(text: string): number | null {
  const number = typedNumber(text);
  if (number === "") return null;
  return /^[0-9]+$/.test(number) ? Number(number) : Number.NaN;
}

/** The name of the checkbox of a resource. */
export const resourceField = (at: number): string => `resource-${at}`;

export const resourcesIn = (form: Form, known: readonly { readonly uri: string }[]): string[] =>
  known.filter((_, at) => form.text(resourceField(at)) === "yes").map(({ uri }) => uri);

/** The changes of the settings form. The form of a machine has no redirect URIs, the one of a public client no method. */
export function readApplicationForm(
  form: Form,
  client: Client,
  known: readonly { readonly uri: string }[],
): ClientChanges {
  const isOn = (name: string) => form.text(name) === "yes";
  const usesCodes = client.grantTypes.includes("authorization_code");
  const method = (["client_secret_basic", "client_secret_post", "private_key_jwt"] as const).find(
    (one) => one === form.text("authMethod"),
  );
  return {
    name: typedLine(form.text("clientName")),
    logoUri: textOrNull(form.text("logoUri")),
    clientUri: textOrNull(form.text("clientUri")),
    resources: resourcesIn(form, known),
    scopes: listIn(form.text("scopes")),
    accessTokenTtl: secondsOrNull(form.text("accessTtl")),
    isFirstParty: isOn("isFirstParty"),
    ...(client.type === "confidential" && method && { authMethod: method }),
    ...(client.type === "confidential" && { jwksUri: textOrNull(form.text("jwksUri")) }),
    ...(usesCodes && {
      redirectUris: listIn(form.text("redirectUris")),
      postLogoutRedirectUris: listIn(form.text("postLogoutRedirectUris")),
      backchannelLogoutUri: textOrNull(form.text("backchannelLogoutUri")),
      refreshIdleTtl: secondsOrNull(form.text("refreshIdleTtl")),
      refreshMaxTtl: secondsOrNull(form.text("refreshMaxTtl")),
      refreshGraceSeconds: secondsOrNull(form.text("refreshGrace")),
      requiresPushedRequests: isOn("requiresPushed"),
    }),
    ...(usesCodes && client.type === "confidential" && { rotatesRefreshTokens: isOn("rotates") }),
  };
}

/** Shows each problem at its field, and those of other fields above the form. */
export function applicationFailure(c: PageContext, failure: ClientFailure): FormFailure {
  const t = wordsOf(c);
  if (failure.reason !== "client_invalid") {
    const isElsewhere = failure.reason === "client_managed_elsewhere";
    const sentence = isElsewhere ? t.applications.managedElsewhere : undefined;
    return formFailure(c, clientErrors[failure.reason], undefined, sentence);
  }
  const problems: Partial<Record<string, string>> = {};
  let alert: string | undefined;
  for (const { field, reason } of failure.problems) {
    const name = FORM_FIELDS[field];
    const text = t.applications.problems[reason];
    if (name !== undefined) problems[name] ??= text;
    else alert ??= text;
  }
  return { code: "validation_failed", problems, alert };
}
