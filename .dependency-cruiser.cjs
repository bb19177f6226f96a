// The arrow of imports (docs/architecture.md), enforced. Each rule says who may not look where.

const FOUNDATION =
  "^src/(accounts|account-lock|audit|challenges|devices|identities|login-codes|one-time-links|roles|sessions|sign-in)/";
const CAPABILITIES =
  "^src/(registration|login|password-reset|phone|avatars|social|users|maintenance|health)/";
const GATEWAYS = "^src/(mail|sms|breached-passwords|captcha|rate-limit|social-providers|counters)/";
// Where HTTP is spoken: everything else in a room is verbs, rules and types.
const EDGE_FILES = "/([a-z]*-?routes\\.tsx?|fields\\.ts|present-[a-z-]+\\.ts)$";
// What a verb may know of mail and texts: that there are messages, and an outbox.
const MESSAGES_PORT = "^src/outbox/(message|outbox-port|send-bucket)\\.ts$";

// What `exports` of package.json leads to.
const PUBLISHED = "^src/client/(index|hono|api-types)\\.ts$";

// What the Worker is made of. What else is installed builds and tests it.
const RUNTIME = [
  "@hono/zod-validator",
  "@oslojs/(crypto|encoding)",
  "aws4fetch",
  "drizzle-orm",
  "hono",
  "jose",
  "oauth4webapi",
  "zod",
];

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: "no-circles",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "kernel-imports-nothing-of-ours",
      severity: "error",
      from: { path: "^src/kernel/" },
      to: { path: "^src/", pathNot: "^src/kernel/" },
    },
    {
      name: "only-storage-knows-drizzle",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/storage/" },
      to: { path: "node_modules/drizzle-orm" },
    },
    {
      name: "storage-knows-only-the-domain",
      comment: "Types of the rooms, and nothing that runs above it.",
      severity: "error",
      from: { path: "^src/storage/" },
      to: {
        path: "^src/",
        pathNot: [
          "^src/(storage|kernel)/",
          FOUNDATION,
          "^src/outbox/(message|send-bucket)\\.ts$",
          "^src/rate-limit/counter\\.ts$",
        ],
      },
    },
    {
      name: "storage-is-wired-not-imported",
      severity: "error",
      from: { path: "^src/", pathNot: ["^src/storage/", "^src/(wiring|app|scheduled|entrypoint)\\.ts$"] },
      to: { path: "^src/storage/" },
    },
    {
      name: "gateways-know-only-the-kernel",
      severity: "error",
      comment: "A gateway with a route of its own speaks HTTP there.",
      from: { path: GATEWAYS, pathNot: EDGE_FILES },
      to: { path: "^src/", pathNot: ["^src/kernel/", GATEWAYS] },
    },
    {
      name: "gateways-do-not-know-each-other",
      severity: "error",
      from: { path: "^src/(mail|sms|breached-passwords|captcha|rate-limit|social-providers|counters)/" },
      to: { path: GATEWAYS, pathNot: "^src/$1/" },
    },
    {
      name: "messages-are-a-port",
      severity: "error",
      from: { path: [FOUNDATION, CAPABILITIES] },
      to: {
        path: [GATEWAYS, "^src/outbox/"],
        pathNot: [MESSAGES_PORT, "^src/captcha/fields\\.ts$", "^src/social-providers/port\\.ts$"],
      },
    },
    {
      name: "the-outbox-stands-between",
      comment: "It knows what the gateways carry, and not how.",
      severity: "error",
      from: { path: "^src/outbox/" },
      to: { path: "^src/", pathNot: ["^src/(outbox|kernel)/", "^src/(mail|sms)/message\\.ts$"] },
    },
    {
      name: "capabilities-do-not-know-each-other",
      severity: "error",
      from: {
        path: "^src/(registration|login|password-reset|phone|avatars|social|users|maintenance|health)/",
      },
      to: { path: CAPABILITIES, pathNot: "^src/$1/" },
    },
    {
      name: "the-foundation-carries-the-capabilities",
      severity: "error",
      from: { path: FOUNDATION },
      to: { path: CAPABILITIES },
    },
    {
      name: "verbs-do-not-speak-http",
      severity: "error",
      from: { path: [FOUNDATION, CAPABILITIES], pathNot: EDGE_FILES },
      to: { path: ["^src/http/", "node_modules/(hono|@hono|zod)/", EDGE_FILES] },
    },
    {
      name: "http-knows-no-room",
      comment: "But the type of a session, which a guard hands on, and the table that another guard asks.",
      severity: "error",
      from: { path: "^src/http/" },
      to: {
        path: "^src/",
        pathNot: ["^src/(http|kernel)/", "^src/sessions/session\\.ts$", "^src/roles/permissions\\.ts$"],
      },
    },
    {
      name: "only-the-top-is-wired",
      severity: "error",
      from: { path: "^src/[^/]+/" },
      to: { path: "^src/[^/]+\\.ts$" },
    },
    {
      name: "only-wiring-reads-config",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/(wiring|config)\\.ts$" },
      to: { path: "^src/config(/|\\.ts$)" },
    },
    {
      name: "pages-are-looked-at-and-not-built-on",
      severity: "error",
      from: { path: "^src/[^/]+/", pathNot: "^src/(pages|mailbox|openapi)/" },
      to: { path: "^src/(pages|mailbox|openapi)/" },
    },
    {
      name: "examples-take-what-anybody-can",
      comment: "Themselves, Hono, and the package by its name: what a copy of the folder would have.",
      severity: "error",
      from: { path: "^examples/([^/]+)/" },
      to: { pathNot: ["^examples/$1/", "node_modules/hono/", PUBLISHED] },
    },
    {
      name: "examples-import-the-package-by-its-name",
      severity: "error",
      from: { path: "^examples/" },
      to: { path: "^src/", dependencyTypes: ["local"] },
    },
    {
      name: "src-needs-no-test",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "^(test|scripts)/" },
    },
    {
      name: "src-runs-on-what-it-declares",
      comment: "wrangler bundles the service, so its packages are devDependencies of the one that is packed.",
      severity: "error",
      from: { path: "^src/" },
      to: {
        // The runtime's own module is nowhere on disk; RPC is the only one to need it.
        pathNot: "^cloudflare:workers$",
        dependencyTypes: ["npm-no-pkg", "npm-unknown", "unknown", "core"],
      },
    },
    {
      name: "src-runs-on-a-named-list",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "node_modules/", pathNot: `node_modules/(${RUNTIME.join("|")})/` },
    },
    {
      name: "schemas-are-of-the-functional-form",
      comment: '`import * as z from "zod/mini"`: docs/decisions/012.',
      severity: "error",
      from: { path: "^src/" },
      to: { path: "node_modules/zod/", pathNot: "node_modules/zod/mini/" },
    },
    {
      name: "the-client-stands-alone",
      comment: "It runs in other Workers.",
      severity: "error",
      from: { path: "^src/client/" },
      to: { path: ["^src/", "node_modules/"], pathNot: ["^src/client/", "node_modules/(jose|hono)/"] },
    },
    {
      name: "the-client-needs-no-hono",
      comment: "But for its part that is for Hono.",
      severity: "error",
      from: { path: "^src/client/", pathNot: "^src/client/hono(/|\\.ts$)" },
      to: { path: ["node_modules/hono/", "^src/client/hono"] },
    },
    {
      name: "the-service-takes-the-clients-types-alone",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/client/" },
      to: { path: "^src/client/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "only-rpc-speaks-to-clients",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/(client|rpc)/" },
      to: { path: "^src/client/" },
    },
    {
      name: "only-rpc-knows-the-platform",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/rpc/" },
      to: { path: "^cloudflare:" },
    },
    {
      name: "rpc-is-on-top",
      severity: "error",
      from: { path: "^src/[^/]+/", pathNot: "^src/rpc/" },
      to: { path: "^src/rpc/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    // What wrangler makes of an example while it runs.
    exclude: { path: "/\\.wrangler/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    parser: "swc",
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
    },
  },
};
