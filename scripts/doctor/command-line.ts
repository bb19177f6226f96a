import { parseArgs } from "node:util";
import { Complaint } from "../dev/usage-error.ts";

export type DoctorCall = {
  readonly isRemote: boolean;
  /** Where a service is looked at from outside. */
  readonly url: string | undefined;
  readonly dns: boolean;
  readonly config: string | undefined;
  readonly env: string | undefined;
  readonly name: string | undefined;
  readonly envFiles: readonly string[];
  readonly persistTo: string | undefined;
};

export const HELP = `npm run doctor -- [options]

  Looks at this machine's service; one line a check, each failure with its mend. 1 when something fails.

  --remote             the deployed one: bindings, secrets (their names), migrations, by wrangler's login
  --url URL            what anybody can see of the service at URL; alone, nothing else is looked at
  --no-dns             leaves the sender domain's records alone
  --env, -e NAME       an environment of the configuration, --config, -c FILE another configuration
  --name NAME          another name of the Worker
  --env-file FILE      in place of .dev.vars
  --persist-to DIR     where the local database is, if it is not in .wrangler/state`;

const options = {
  remote: { type: "boolean" },
  url: { type: "string" },
  "no-dns": { type: "boolean" },
  config: { type: "string", short: "c" },
  env: { type: "string", short: "e" },
  name: { type: "string" },
  "env-file": { type: "string", multiple: true },
  "persist-to": { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

/** Throws a Complaint about what cannot be meant; null when help is asked for. */
export function readDoctorCall(argv: readonly string[]): DoctorCall | null {
  const values = parse(argv);
  if (values.help) return null;
  const url = values.url === undefined ? undefined : URL.parse(values.url);
  if (url === null || (url && !/^https?:$/.test(url.protocol))) {
    throw new Complaint(`--url must be an address such as https://auth.example.com.`);
  }
  return {
    isRemote: values.remote === true,
    url: url?.origin,
    dns: values["no-dns"] !== true,
    config: values.config,
    env: values.env,
    name: values.name,
    envFiles: values["env-file"] ?? [],
    persistTo: values["persist-to"],
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options }).values;
  } catch (error) {
    throw new Complaint(`${error instanceof Error ? error.message.split(". ")[0] : error}.\n\n${HELP}`);
  }
}
