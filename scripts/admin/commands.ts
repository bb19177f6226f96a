/** What a command takes and does. Options that take a value have a word for it; flags have null. */
type CommandShape = {
  readonly takes: readonly string[];
  readonly options: Readonly<Record<string, string | null>>;
  readonly does: string;
};

export const commands = {
  "create-superuser": {
    takes: ["<email>"],
    options: { name: "NAME", url: "URL" },
    does: "makes a superuser, and prints the link by which they choose a password",
  },
  list: {
    takes: [],
    options: { search: "TEXT", role: "ROLE", status: "STATUS", limit: "N", json: null },
    does: "lists people, the newest first",
  },
  show: { takes: ["<email|id>"], options: { json: null }, does: "shows one person" },
  unlock: { takes: ["<email|id>"], options: {}, does: "forgets the failed attempts that lock an account" },
  deactivate: { takes: ["<email|id>"], options: {}, does: "closes an account and ends its sessions" },
  activate: { takes: ["<email|id>"], options: {}, does: "opens a closed account again" },
  "set-role": {
    takes: ["<email|id>", "<role>"],
    options: {},
    does: "makes somebody user, admin or superuser",
  },
  secrets: {
    takes: [],
    options: { json: null },
    does: "counts what depends on each root secret, for a rotation of AUTH_SECRET (docs/rotation.md)",
  },
  "rebuild-search": { takes: [], options: {}, does: "makes the index that finds people anew" },
} as const satisfies Record<string, CommandShape>;

export type CommandName = keyof typeof commands;

export const shapeOf = (name: CommandName): CommandShape => commands[name];

export const isCommand = (text: string): text is CommandName => Object.hasOwn(commands, text);

const WHERE = `  --remote             the deployed database, by wrangler's login; else the one of \`npm run dev\`
  --config, -c FILE    wrangler's configuration, if it is not wrangler.toml
  --env, -e NAME       an environment of it
  --env-file FILE      in place of .dev.vars
  --persist-to DIR     where the local database is, if it is not in .wrangler/state`;

export function helpOn(name: CommandName): string {
  return `npm run admin -- ${usageOf(name)}\n\n  ${shapeOf(name).does}\n\nWhich database:\n\n${WHERE}`;
}

export function help(): string {
  const names = Object.keys(commands) as CommandName[];
  const lines = names.map((name) => `  ${usageOf(name)}\n      ${shapeOf(name).does}`);
  return (
    `npm run admin -- <command>\n\n${lines.join("\n")}\n\nWhich database:\n\n${WHERE}\n\n` +
    "Against a remote database, unlock, deactivate, activate and set-role read the deployment's AUTH_SECRET from the\n" +
    "environment variable of that name. With --json, use `npm run --silent admin`."
  );
}

export function usageOf(name: CommandName): string {
  const { takes, options } = shapeOf(name);
  const optional = Object.entries(options).map(([option, word]) =>
    word === null ? `[--${option}]` : `[--${option} ${word}]`,
  );
  return [name, ...takes, ...optional].join(" ");
}
