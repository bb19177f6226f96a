import { operationPartOf } from "../../src/http/operation.ts";
import { accountIdOf } from "./admins.ts";
import { openPageBrowser, type PageResponse, signedInPageBrowser } from "./pages.ts";
import { newPhoneNumber } from "./phones.ts";
import type { Service } from "./service.ts";
import { linkMailedTo, logIn, newAddress, PASSWORD, register, registerVerifiedUser } from "./users.ts";

export type VisitedPage = {
  /** The pattern of its route. */
  readonly path: string;
  readonly browser: ReturnType<typeof openPageBrowser>;
  /** The page with its form, as the user sees it. */
  readonly page: PageResponse;
};

/** The paths of all pages with that method, read from the router. */
export const pageRoutesOf = ({ app }: Service, method: "GET" | "POST"): string[] =>
  app.routes
    .filter((route) => route.method === method && operationPartOf(route.handler)?.page)
    .map(({ path }) => path);

type BrowserOptions = Parameters<typeof openPageBrowser>[1];

/** Visits every page as a user who may open it, after the steps that lead to it. */
export async function visitEveryPage(service: Service, options: BrowserOptions = {}): Promise<VisitedPage[]> {
  const stops: VisitedPage[] = [];
  for (const path of pageRoutesOf(service, "GET")) {
    if (path === "/" || path.endsWith(".js")) continue;
    const visit = visitsByPath[path] ?? visitDirectly;
    stops.push({ path, ...(await visit(service, path, options)) });
  }
  return stops;
}

type Visit = (service: Service, path: string, options: BrowserOptions) => Promise<Omit<VisitedPage, "path">>;

const visitDirectly: Visit = async (service, path, options) => {
  if (!/^\/(account|admin)/.test(path)) {
    const browser = openPageBrowser(service, options);
    return { browser, page: await browser.visit(path) };
  }
  const { email } = await registerVerifiedUser(service);
  await service.env.DB.prepare("UPDATE accounts SET role = 'superuser' WHERE email = ?").bind(email).run();
  const browser = await signedInPageBrowser(service, email, options);
  await signedInPageBrowser(service, email, options);
  const other = path.includes(":id") ? await accountIdOf((await registerVerifiedUser(service)).email) : "";
  return { browser, page: await browser.visit(path.replace(":id", other)) };
};

const visitsByPath: Readonly<Record<string, Visit>> = {
  "/verify-email": async (service, _path, options) => {
    const { email } = await register(service);
    const browser = openPageBrowser(service, options);
    return { browser, page: await browser.visit(await linkMailedTo(service, email)) };
  },
  "/reset-password": async (service, _path, options) => {
    const { email } = await registerVerifiedUser(service);
    await service.post("/forgot-password", { email });
    const browser = openPageBrowser(service, options);
    return { browser, page: await browser.visit(await linkMailedTo(service, email)) };
  },
  "/sign-in/code": async (service, _path, options) => {
    const { email } = await registerVerifiedUser(service);
    const { token } = await logIn(service, email);
    await service.post("/me/otp", { enabled: true, password: PASSWORD }, token);
    const browser = openPageBrowser(service, options);
    const page = await browser.submit(await browser.visit("/sign-in"), { email, password: PASSWORD });
    return { browser, page };
  },
  "/account/phone/code": async (service, _path, options) => {
    const { email } = await registerVerifiedUser(service, newAddress());
    const browser = await signedInPageBrowser(service, email, options);
    return {
      browser,
      page: await browser.submit(await browser.visit("/account/phone"), { phone: newPhoneNumber() }),
    };
  },
};
