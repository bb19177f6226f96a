import { operationPartOf } from "../../src/http/operation.ts";
import { idOf } from "./admins.ts";
import { openPages, type Shown, signedInPages } from "./pages.ts";
import { newNumber } from "./phones.ts";
import type { Service } from "./service.ts";
import { linkMailedTo, logIn, member, newAddress, PASSWORD, register } from "./users.ts";

export type Stop = {
  /** The pattern of its route. */
  readonly path: string;
  readonly browser: ReturnType<typeof openPages>;
  /** The page with its form, as its visitor has it. */
  readonly page: Shown;
};

/** Every page that there is, out of the router itself, by method. */
export const pageRoutesOf = ({ app }: Service, method: "GET" | "POST"): string[] =>
  app.routes
    .filter((route) => route.method === method && operationPartOf(route.handler)?.page)
    .map(({ path }) => path);

type Options = Parameters<typeof openPages>[1];

/** A visit to every page: by somebody whom it lets in, and as far as it takes to get there. */
export async function tourOf(service: Service, options: Options = {}): Promise<Stop[]> {
  const stops: Stop[] = [];
  for (const path of pageRoutesOf(service, "GET")) {
    if (path === "/" || path.endsWith(".js")) continue;
    const prepare = special[path] ?? ordinary;
    stops.push({ path, ...(await prepare(service, path, options)) });
  }
  return stops;
}

type Prepare = (service: Service, path: string, options: Options) => Promise<Omit<Stop, "path">>;

const ordinary: Prepare = async (service, path, options) => {
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

const special: Readonly<Record<string, Prepare>> = {
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
