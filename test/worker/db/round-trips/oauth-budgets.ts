import {
  authorizeClient,
  authorizedCode,
  createClient,
  createKeyClient,
  credentialsOf,
  NOTES,
  postForm,
  REDIRECT_URI,
  redeem,
  signedInUser,
  tokensOf,
} from "../../../support/oauth.ts";
import { type BudgetTable, form, service } from "./measured-service.ts";

/** The endpoints of OAuth clients. The first round trip of the token endpoint reads the client. */
export const oauthBudgets: BudgetTable = {
  "POST /oauth/token": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const client = await createClient(service);
      const code = await authorizedCode(service, { client, user: await signedInUser(service) });
      return form("/oauth/token", {
        ...credentialsOf(client),
        ...{ grant_type: "authorization_code", code: code.code, code_verifier: code.verifier },
        redirect_uri: REDIRECT_URI,
      });
    },
  },
  "POST /oauth/token, a refresh": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const client = await createClient(service);
      const { refresh_token } = await authorizeClient(service, client);
      return form("/oauth/token", { ...credentialsOf(client), grant_type: "refresh_token", refresh_token });
    },
  },
  "POST /oauth/token, a machine": {
    budget: { d1: 1, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const client = await createClient(service);
      return form("/oauth/token", {
        ...credentialsOf(client),
        grant_type: "client_credentials",
        resource: NOTES,
      });
    },
  },
  // The batch that consumes what is presented also stores the use of the assertion.
  "POST /oauth/token, by private_key_jwt": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const { client, assertion } = await createKeyClient(service);
      const code = await authorizedCode(service, { client, user: await signedInUser(service) });
      return form("/oauth/token", {
        ...(await assertion()),
        ...{ grant_type: "authorization_code", code: code.code, code_verifier: code.verifier },
        redirect_uri: REDIRECT_URI,
      });
    },
  },
  "POST /oauth/token, a refresh by private_key_jwt": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const { client, assertion } = await createKeyClient(service);
      const code = await authorizedCode(service, { client, user: await signedInUser(service) });
      const { refresh_token } = tokensOf(await redeem(service, client, code, await assertion()));
      return form("/oauth/token", { ...(await assertion()), grant_type: "refresh_token", refresh_token });
    },
  },
  "POST /oauth/token, a machine by private_key_jwt": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const { assertion } = await createKeyClient(service);
      const grant = { grant_type: "client_credentials", resource: NOTES };
      return form("/oauth/token", { ...(await assertion()), ...grant });
    },
  },
  "GET /oauth/userinfo": {
    budget: { d1: 1, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const { access_token: token } = await authorizeClient(service, await createClient(service));
      return { method: "GET", path: "/oauth/userinfo", token };
    },
  },
  "POST /oauth/userinfo": {
    budget: { d1: 1, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const { access_token } = await authorizeClient(service, await createClient(service));
      return form("/oauth/userinfo", { access_token });
    },
  },
  "POST /oauth/introspect": {
    budget: { d1: 1, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const client = await createClient(service);
      const { access_token: token } = await authorizeClient(service, client);
      return form("/oauth/introspect", { ...credentialsOf(client), token });
    },
  },
  // The isolate knows the keys of the client, so that the one batch stores the use of the verified assertion.
  "POST /oauth/introspect, by private_key_jwt": {
    budget: { d1: 1, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const { access_token: token } = await authorizeClient(service, await createClient(service));
      const { assertion } = await createKeyClient(service);
      const earlier = await postForm(service, "/oauth/introspect", { ...(await assertion()), token });
      if (earlier.status !== 200) throw new Error(`introspection answered ${earlier.status}`);
      return form("/oauth/introspect", { ...(await assertion()), token });
    },
  },
  "POST /oauth/introspect, the first by private_key_jwt in the isolate": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const { access_token: token } = await authorizeClient(service, await createClient(service));
      return form("/oauth/introspect", { ...(await (await createKeyClient(service)).assertion()), token });
    },
  },
  "POST /oauth/revoke": {
    budget: { d1: 2, kvGets: 1, kvPuts: 1 },
    request: async () => {
      const client = await createClient(service);
      const { refresh_token: token } = await authorizeClient(service, client);
      return form("/oauth/revoke", { ...credentialsOf(client), token });
    },
  },
  "GET /.well-known/openid-configuration": {
    budget: { d1: 0, kvGets: 0, kvPuts: 0 },
    request: async () => ({ method: "GET", path: "/.well-known/openid-configuration" }),
  },
  "GET /.well-known/oauth-authorization-server": {
    budget: { d1: 0, kvGets: 0, kvPuts: 0 },
    request: async () => ({ method: "GET", path: "/.well-known/oauth-authorization-server" }),
  },
};
