// The package has no types; the tests need these.
declare module "oidc-provider" {
  type Incoming = import("node:http").IncomingMessage;
  type Outgoing = import("node:http").ServerResponse;

  interface Grant {
    addOIDCScope(scope: string): void;
    addResourceScope(resource: string, scope: string): void;
    save(): Promise<string>;
  }

  export default class Provider {
    constructor(issuer: string, configuration: object);
    on(event: "refresh_token.destroyed", listener: (token: { readonly accountId: string }) => void): void;
    callback(): (request: Incoming, response: Outgoing) => void;
    interactionFinished(request: Incoming, response: Outgoing, result: object): Promise<void>;
    readonly Grant: {
      new (of: { clientId: string; accountId: string }): Grant;
      find(id: string): Promise<Grant | undefined>;
    };
  }
}
