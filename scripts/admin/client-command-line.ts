import { type Command, Option } from "commander";
import { CLIENT_AUTH_METHODS, GRANT_TYPES } from "../../src/oauth/clients/client.ts";
import { MAX_REFRESH_GRACE_SECONDS, MAX_SECRET_OVERLAP } from "../../src/oauth/clients/rules.ts";
import { wholeNumber } from "../shared/command-line.ts";
import type { AddCommand } from "./command-line.ts";

export type ClientCommandName =
  `clients ${"list" | "create" | "show" | "update" | "rotate-secret" | "delete" | "apply"}`;

export type ClientOptions = {
  readonly id?: string;
  readonly name?: string;
  readonly type?: "confidential" | "public";
  readonly authMethod?: (typeof CLIENT_AUTH_METHODS)[number];
  readonly redirectUri?: readonly string[];
  readonly postLogoutRedirectUri?: readonly string[];
  readonly grantType?: readonly (typeof GRANT_TYPES)[number][];
  readonly resource?: readonly string[];
  readonly scope?: readonly string[];
  readonly firstParty?: boolean;
  readonly logoUri?: string;
  readonly clientUri?: string;
  readonly jwksUri?: string;
  readonly backchannelLogoutUri?: string;
  readonly idTokenAlg?: "RS256" | "ES256";
  readonly accessTokenTtl?: number;
  readonly refreshIdleTtl?: number;
  readonly refreshMaxTtl?: number;
  readonly refreshGraceSeconds?: number;
  readonly overlap?: number;
  readonly limit?: number;
  readonly json?: boolean;
};

const YEAR_SECONDS = 365 * 24 * 3600;

/** Adds `clients` with its commands. */
export function addClientCommands(program: Command, add: AddCommand): void {
  const clients = program.command("clients").description("the OAuth clients of apps and machines");
  add("clients list", "list clients, newest first", clients)
    .option("--limit <number>", "how many clients", wholeNumber(1, 1000), 50)
    .option("--json");
  add("clients show", "show one client", clients).argument("<id>").option("--json");
  addMetadataOptions(
    add("clients create", "register a client and print its secret", clients).argument("<name>"),
  )
    .option("--id <id>", "a client id in place of a random one")
    .option("--json");
  addMetadataOptions(add("clients update", "change a client; a list replaces the earlier one", clients))
    .argument("<id>")
    .option("--name <name>");
  add("clients rotate-secret", "print a new secret of a client", clients)
    .argument("<id>")
    .option(
      "--overlap <seconds>",
      "for how long the previous secret stays valid",
      wholeNumber(0, MAX_SECRET_OVERLAP / 1000),
      0,
    )
    .option("--json");
  add("clients apply", "make the clients of the configuration file those of the database", clients).argument(
    "[file]",
    "default: gatehouse.clients.json beside the configuration",
  );
  add("clients delete", "delete a client and end its sessions", clients).argument("<id>");
}

const addMetadataOptions = (command: Command): Command =>
  command
    .addOption(new Option("--type <type>").choices(["confidential", "public"]))
    .addOption(new Option("--auth-method <method>").choices(CLIENT_AUTH_METHODS))
    .option("--redirect-uri <uri...>", "where users return to; none for a machine")
    .option("--post-logout-redirect-uri <uri...>")
    .addOption(new Option("--grant-type <grant...>").choices(GRANT_TYPES))
    .option("--resource <uri...>", "a resource of RESOURCES that it may call")
    .option("--scope <scope...>")
    .option("--first-party", "an app of your own: no consent page")
    .option("--no-first-party")
    .option("--logo-uri <uri>")
    .option("--client-uri <uri>")
    .option("--jwks-uri <uri>", "the keys of private_key_jwt")
    .option("--backchannel-logout-uri <uri>")
    .addOption(new Option("--id-token-alg <alg>").choices(["RS256", "ES256"]))
    .option("--access-token-ttl <seconds>", "", wholeNumber(1, YEAR_SECONDS))
    .option("--refresh-idle-ttl <seconds>", "", wholeNumber(1, YEAR_SECONDS))
    .option("--refresh-max-ttl <seconds>", "", wholeNumber(1, YEAR_SECONDS))
    .option("--refresh-grace-seconds <seconds>", "", wholeNumber(0, MAX_REFRESH_GRACE_SECONDS));
