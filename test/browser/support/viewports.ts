import type { Page } from "playwright-core";

/** The viewports and themes of the visual checks: phone and desktop width, light and dark. */
export const VIEWPORTS = (["light", "dark"] as const).flatMap((theme) =>
  [360, 1280].map((width) => ({ theme, width, name: `${theme}-${width}` })),
);

export type Viewport = (typeof VIEWPORTS)[number];

export const NARROW: Viewport = { theme: "light", width: 360, name: "light-360" };

const HEIGHT = 800;

export async function applyViewport(page: Page, { theme, width }: Viewport): Promise<void> {
  await page.emulateMedia({ colorScheme: theme });
  await page.setViewportSize({ width, height: HEIGHT });
}
