import { partOf } from "../../src/http/operation.ts";
import { idOf } from "./admins.ts";
import { openPages, type Shown, signedInPages } from "./pages.ts";
import { newNumber } from "./phones.ts";
import type { Service } from "./service.ts";
import { linkMailedTo, logIn, member, newAddress, PASSWORD, register } from "./users.ts";

export type Stop = {
  /** The pattern of its route. */
  readonly path: string;
  readonly browser: ReturnType<typeof openPages>;
  /** The page with its form, as the user sees it. */
  readonly page: Shown;
};

/** The paths of all pages with that method, read from the router. */
export const pageRoutesOf = ({ app }: Service, method: "GET" | "POST"): string[] =>
  app.routes
    .filter((route) => route.method === method && partOf(route.handler)?.page)
    .map(({ path }) => path);

type BrowserOptions = Parameters<typeof openPages>[1];

/** Visits every page as a user who may open it, after the steps that lead to it. */
export async function tourOf(service: Service, options: BrowserOptions = {}): Promise<Stop[]> {
  const stops: Stop[] = [];
  for (const path of pageRoutesOf(service, "GET")) {
    if (path === "/" || path.endsWith(".js")) continue;
    const visit = visitsByPath[path] ?? visitDirectly;
    stops.push({ path, ...(await visit(service, path, options)) });
  }
  return stops;
}

type Visit = (service: Service, path: string, options: BrowserOptions) => Promise<Omit<Stop, "path">>;

const visitDirectly: Visit = async (service, path, options) => {
  if (!/^\/(account|admin)/.test(path)) {
    const browser = openPages(service, options);
    return { browser, page: await browser.visit(path) };
  }
  const { email } = await member(service);
  await service.env.DB.prepare("UPDATE accounts SET role = 'superuser' WHERE email = ?").bind(email).run();
  const browser = await signedInPages(service, email, options);
  await signedInPages(service, email, options);
  const other = path.includes(":id") ? await idOf((await member(service)).email) : "";
  return { browser, page: await browser.visit(path.replace(":id", other)) };
};

const visitsByPath: Readonly<Record<string, Visit>> = {
  "/verify-email": async (service, _path, options) => {
    const { email } = await register(service);
    const browser = openPages(service, options);
    return { browser, page: await browser.visit(await linkMailedTo(service, email)) };
  },
  "/reset-password": async (service, _path, options) => {
    const { email } = await member(service);
    await service.post("/forgot-password", { email });
    const browser = openPages(service, options);
    return { browser, page: await browser.visit(await linkMailedTo(service, email)) };
  },
  "/sign-in/code": async (service, _path, options) => {
    const { email } = await member(service);
    const { token } = await logIn(service, email);
    await service.post("/me/otp", { enabled: true, password: PASSWORD }, token);
    const browser = openPages(service, options);
    const page = await browser.submit(await browser.visit("/sign-in"), { email, password: PASSWORD });
    return { browser, page };
  },
  "/account/phone/code": async (service, _path, options) => {
    const { email } = await member(service, newAddress());
    const browser = await signedInPages(service, email, options);
    return {
      browser,
      page: await browser.submit(await browser.visit("/account/phone"), { phone: newNumber() }),
    };
  },
};
