import type { Resource } from "../../../sessions/resource.ts";
import { Field, Form, SelectField } from "../../../ui/form-fields.tsx";
import type { PageProps } from "../../../ui/page.ts";
import { TextArea } from "../../../ui/text-area.tsx";
import type { Client } from "../client.ts";
import { Flag, ResourceFields } from "./application-fields.tsx";

type Props = {
  readonly p: PageProps;
  readonly client: Client;
  readonly known: readonly Pick<Resource, "uri" | "scopes">[];
};

/** The form that changes a client. One of the configuration file or of a metadata document is changed there. */
export function ApplicationSettings({ p, client, known }: Props) {
  const { t } = p;
  if (client.source === "configuration" || client.source === "metadata") {
    return <p class="alert">{t.applications.managedElsewhere}</p>;
  }
  return (
    <section class="card">
      <h2>{t.applications.settings}</h2>
      <Form p={p} act="save">
        <Field p={p} name="clientName" autocomplete="off" maxlength={100} value={client.name} />
        <Field p={p} name="logoUri" type="url" autocomplete="off" optional value={client.logoUri} />
        <Field p={p} name="clientUri" type="url" autocomplete="off" optional value={client.clientUri} />
        {client.type === "confidential" && <Authentication p={p} client={client} />}
        {client.grantTypes.includes("authorization_code") && <Redirects p={p} client={client} />}
        <ResourceFields p={p} known={known} chosen={client.resources} />
        <TextArea
          p={p}
          name="scopes"
          value={client.scopes.join(" ")}
          hint={t.applications.scopesHint}
          rows={2}
        />
        <Lifetimes p={p} client={client} />
        <Flag p={p} name="isFirstParty" label={t.applications.firstParty} checked={client.isFirstParty} />
        <button type="submit" class="main">
          {t.save}
        </button>
      </Form>
    </section>
  );
}

type PartProps = Pick<Props, "p" | "client">;

const METHODS = ["client_secret_basic", "client_secret_post", "private_key_jwt"] as const;

const Authentication = ({ p, client }: PartProps) => (
  <>
    <SelectField
      p={p}
      name="authMethod"
      value={client.authMethod}
      options={METHODS.map((method) => [method, method] as const)}
    />
    <Field p={p} name="jwksUri" type="url" autocomplete="off" optional value={client.jwksUri} />
  </>
);

const Redirects = ({ p, client }: PartProps) => (
  <>
    <TextArea
      p={p}
      name="redirectUris"
      value={client.redirectUris.join("\n")}
      hint={p.t.applications.uriHint}
    />
    <TextArea p={p} name="postLogoutRedirectUris" value={client.postLogoutRedirectUris.join("\n")} rows={2} />
    <Field
      p={p}
      name="backchannelLogoutUri"
      type="url"
      autocomplete="off"
      optional
      value={client.backchannelLogoutUri}
    />
  </>
);

function Lifetimes({ p, client }: PartProps) {
  const usesCodes = client.grantTypes.includes("authorization_code");
  const seconds = (
    name: "accessTtl" | "refreshIdleTtl" | "refreshMaxTtl" | "refreshGrace",
    value: number | null,
  ) => (
    <Field
      p={p}
      name={name}
      inputmode="numeric"
      autocomplete="off"
      optional
      value={value === null ? null : String(value)}
      hint={name === "accessTtl" ? p.t.applications.ttlHint : undefined}
    />
  );
  return (
    <>
      {seconds("accessTtl", client.accessTokenTtl)}
      {usesCodes && seconds("refreshIdleTtl", client.refreshIdleTtl)}
      {usesCodes && seconds("refreshMaxTtl", client.refreshMaxTtl)}
      {usesCodes && seconds("refreshGrace", client.refreshGraceSeconds)}
      {usesCodes && client.type === "confidential" && (
        <Flag p={p} name="rotates" label={p.t.applications.rotates} checked={client.rotatesRefreshTokens} />
      )}
      {usesCodes && (
        <Flag
          p={p}
          name="requiresPushed"
          label={p.t.applications.pushed}
          checked={client.requiresPushedRequests}
        />
      )}
    </>
  );
}
