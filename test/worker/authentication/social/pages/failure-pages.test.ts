import { describe, expect, it } from "vitest";
import { headingOf, openPageBrowser, type PageResponse, unescapeHtml } from "../../../../support/pages.ts";
import { startService } from "../../../../support/service.ts";
import { consent, FROM_OWN_PAGE } from "../../../../support/social/browser-flow.ts";
import { startLink } from "../../../../support/social/link.ts";
import { openProviders } from "../../../../support/social/providers.ts";
import { socialUser } from "../../../../support/social/users.ts";
import { PASSWORD, registerAndLogIn, registerVerifiedUser, signedInAs } from "../../../../support/users.ts";

const providers = openProviders();
const { SOCIAL_GITHUB_EMAIL_TRUST: _, ...byDefault } = providers.variables;
const service = startService({ env: byDefault });
const trusting = startService({ env: providers.variables });
const closed = startService({ env: { ...byDefault, SIGN_UP: "closed" } });
const unreachable = startService({
  env: { ...providers.keys("OIDC", "http://127.0.0.1:9"), SOCIAL_OIDC_NAME: "Example" },
});

type Pages = ReturnType<typeof openPageBrowser>;
type User = ReturnType<typeof socialUser>;

const RETURN_TARGET = "?returnTo=/account/sessions";
const start = (browser: Pages, provider: string, query = RETURN_TARGET, headers = FROM_OWN_PAGE) =>
  browser.send("GET", `/api/auth/social/${provider}/start${query}`, undefined, headers);

/** The callback after a sign-in at GitHub or Facebook, changed by `change`. */
async function callback(
  browser: Pages,
  provider: string,
  user: User,
  change: (parameters: URLSearchParams) => void = () => {},
) {
  await providers.setUser(user);
  const started = await start(browser, provider);
  const url = new URL(await consent(started.headers.get("Location") ?? "", user), "http://gatehouse.test");
  change(url.searchParams);
  return browser.send("GET", url.pathname + url.search);
}

async function invitedAddress(): Promise<string> {
  const email = socialUser().email;
  const { token } = await signedInAs(service, "superuser");
  await service.post("/users", { email, name: "Grace", role: "user" }, token);
  return email;
}

type Case = {
  readonly at?: typeof service;
  readonly open: (browser: Pages) => Promise<PageResponse>;
  readonly status: number;
  readonly en: string;
  readonly de: string;
  /** Where the link of the page leads. */
  readonly link?: string;
};

const SIGN_IN = "/sign-in";
const SIGN_IN_FOR_PAGE = "/sign-in?returnTo=%2Faccount%2Fsessions";

const CASES: Record<string, Case> = {
  "an unknown provider": {
    open: (browser) => start(browser, "unknown"),
    status: 404,
    en: "This provider is not available here. Please choose another way to sign in.",
    de: "Dieser Anbieter ist hier nicht verfügbar. Bitte wählen Sie eine andere Anmeldung.",
    link: SIGN_IN,
  },
  "a return target that is no page": {
    open: (browser) => start(browser, "github", "?returnTo=https://evil.example/"),
    status: 400,
    en: "The link that brought you here leads to a page that does not exist.",
    de: "Der Link, über den Sie gekommen sind, führt zu keiner Seite dieses Dienstes.",
    link: SIGN_IN,
  },
  "a part of a page": {
    open: (browser) =>
      start(browser, "github", RETURN_TARGET, { ...FROM_OWN_PAGE, "Sec-Fetch-Dest": "image" } as never),
    status: 403,
    en: "Please open this page from its link.",
    de: "Bitte öffnen Sie diese Seite über ihren Link.",
    link: SIGN_IN,
  },
  "a callback without a sign-in": {
    open: (browser) => browser.send("GET", "/api/auth/social/github/callback?code=x&state=y"),
    status: 400,
    en: "This sign-in was already used, has expired or was started in another browser. Please start again.",
    de: "Diese Anmeldung wurde schon verwendet, ist abgelaufen oder wurde in einem anderen Browser begonnen.",
    link: SIGN_IN,
  },
  "a refusal of the provider": {
    open: (browser) =>
      callback(browser, "github", socialUser(), (parameters) => {
        parameters.delete("code");
        parameters.set("error", "invalid_scope");
      }),
    status: 400,
    en: "GitHub did not confirm your identity. Please start again.",
    de: "GitHub hat Ihre Identität nicht bestätigt. Bitte beginnen Sie noch einmal.",
    link: SIGN_IN_FOR_PAGE,
  },
  "a provider that does not respond": {
    at: unreachable,
    open: (browser) => start(browser, "oidc"),
    status: 503,
    en: "Example is not responding. Please try again in a moment.",
    de: "Example antwortet nicht. Bitte versuchen Sie es gleich noch einmal.",
    link: SIGN_IN_FOR_PAGE,
  },
  "an unverified address": {
    open: (browser) => callback(browser, "github", socialUser({ verified: false })),
    status: 403,
    en: "GitHub has no verified email address for you.",
    de: "GitHub hat keine bestätigte E-Mail-Adresse von Ihnen.",
    link: SIGN_IN_FOR_PAGE,
  },
  // Fault 5: the user has declined the permission.
  "an address that is not shared": {
    open: (browser) => callback(browser, "facebook", socialUser({ verified: false })),
    status: 403,
    en: "Facebook did not share your email address, which is needed for an account.",
    de: "Facebook hat Ihre E-Mail-Adresse nicht mitgeteilt, die für ein Konto nötig ist.",
    link: SIGN_IN_FOR_PAGE,
  },
  "an address of another account": {
    open: async (browser) => {
      const { email } = await registerVerifiedUser(service);
      return callback(browser, "facebook", socialUser({ email }));
    },
    status: 409,
    en: "An account with your email address already exists. Please sign in to it and link Facebook there.",
    de: "Es gibt schon ein Konto mit Ihrer E-Mail-Adresse. Bitte melden Sie sich dort an",
    link: SIGN_IN_FOR_PAGE,
  },
  "an open invitation": {
    at: trusting,
    open: async (browser) => callback(browser, "github", socialUser({ email: await invitedAddress() })),
    status: 409,
    en: "You have been invited with this email address.",
    de: "Sie wurden mit dieser E-Mail-Adresse eingeladen.",
    link: SIGN_IN_FOR_PAGE,
  },
  "an address with full-width letters": {
    open: (browser) => callback(browser, "github", socialUser({ email: `ａ${socialUser().email}` })),
    status: 400,
    en: "Your email address at GitHub has characters that look like others",
    de: "Ihre E-Mail-Adresse bei GitHub hat Zeichen, die wie andere aussehen",
    link: SIGN_IN_FOR_PAGE,
  },
  "a closed registration": {
    at: closed,
    open: (browser) => callback(browser, "github", socialUser()),
    status: 403,
    en: "New accounts cannot be created here.",
    de: "Hier können keine neuen Konten angelegt werden.",
    link: SIGN_IN_FOR_PAGE,
  },
};

const HEADINGS = { en: "You are not signed in", de: "Sie sind nicht angemeldet" } as const;
const LINKED = { en: "The provider was not linked", de: "Der Anbieter wurde nicht verknüpft" } as const;

const languages = ["en", "de"] as const;
const each = Object.entries(CASES).flatMap(([name, one]) =>
  languages.map((language) => [name, language, one] as const),
);

// Fault 7: titles and texts were English on German pages.
describe("the page of a failed sign-in at a provider", () => {
  it.each(each)(
    "explains %s in %s, and leads back",
    async (_name, language, { at, open, status, link, ...texts }) => {
      const page = await open(openPageBrowser(at ?? service, { language }));
      expect([page.status, headingOf(page)]).toEqual([status, HEADINGS[language]]);
      const text = unescapeHtml(page.text);
      expect(text).toContain(texts[language]);
      for (const other of languages.filter((one) => one !== language))
        expect(text).not.toContain(texts[other]);
      expect(text).toContain(`<html lang="${language}"`);
      expect(text).toContain(`href="${link}"`);
    },
  );
});

describe("the page of a failed link", () => {
  it.each(languages)("leads back to the linked providers, in %s", async (language) => {
    const taken = socialUser();
    await providers.setUser(taken);
    await service.post("/social/github/token", { accessToken: await providers.tokenOf(taken) });
    const { email } = await registerAndLogIn(service);
    const browser = openPageBrowser(service, { language });
    await browser.press(await browser.visit("/sign-in"), { email, password: PASSWORD });
    const page = await browser.send("GET", await startLink(browser, "github", taken));
    expect([page.status, headingOf(page)]).toEqual([409, LINKED[language]]);
    const text = {
      en: "Another user already signs in",
      de: "meldet sich hier schon ein anderer Benutzer an",
    };
    expect(page.text).toContain(text[language]);
    expect(page.text).toContain('href="/account/linked"');
  });
});
