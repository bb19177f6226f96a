import type { Locator } from "playwright-core";

/** How a test operates a page. */
export type InputMethod = {
  fill(field: Locator, text: string): Promise<void>;
  press(target: Locator): Promise<void>;
  /** Checks a box. */
  check(box: Locator): Promise<void>;
};

/** Clicks with the mouse, types with the keyboard. */
export const mouse: InputMethod = {
  fill: async (field, text) => {
    await field.click();
    await field.fill(text);
  },
  press: (target) => target.click(),
  check: (box) => box.check(),
};

/** Uses Tab, Enter, Space and typing only. */
export const keyboard: InputMethod = {
  fill: async (field, text) => {
    await tabTo(field);
    await field.page().keyboard.press("ControlOrMeta+a");
    await field.page().keyboard.type(text);
  },
  press: async (target) => {
    await tabTo(target);
    await target.page().keyboard.press("Enter");
  },
  check: async (box) => {
    await tabTo(box);
    await box.page().keyboard.press("Space");
  },
};

const MAX_TAB_STOPS = 120;

/** Presses Tab until the target has the focus. Fails when a focused element has no visible focus. */
async function tabTo(target: Locator): Promise<void> {
  const page = target.page();
  await target.waitFor();
  // Its element, found once: finding it by its role again after each Tab would cost more than all else.
  const element = await target.elementHandle();
  if (element === null) throw new Error(`${page.url()}: there is no ${target}`);
  if (await element.evaluate((one) => one === document.activeElement)) return;
  for (let stops = 0; stops < MAX_TAB_STOPS; stops += 1) {
    await page.keyboard.press("Tab");
    const { isFocused, invisible } = await element.evaluate(inspectFocus);
    if (invisible !== null) throw new Error(`${page.url()}: the focus on ${invisible} is not visible`);
    if (isFocused) return;
  }
  throw new Error(`${page.url()}: Tab does not reach ${target}`);
}

/** Whether the target has the focus, and the focused element if its focus is not visible (WCAG 2.2, 2.4.7). */
function inspectFocus(target: Element): { isFocused: boolean; invisible: string | null } {
  const { activeElement } = document;
  const isFocused = activeElement === target;
  if (activeElement === null || activeElement === document.body) return { isFocused, invisible: null };
  const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(activeElement);
  const box = activeElement.getBoundingClientRect();
  const isMarked = (outlineStyle !== "none" && outlineWidth !== "0px") || boxShadow !== "none";
  const isShown = box.width > 0 && box.height > 0 && box.right > 0 && box.bottom > 0;
  return { isFocused, invisible: isMarked && isShown ? null : activeElement.outerHTML.slice(0, 200) };
}
