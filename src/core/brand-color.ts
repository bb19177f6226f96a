const DEFAULT_COLOR = "#1f6feb";
const HEX_COLOR = /^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i;

/** The brand colour, and black or white for the text on it, whichever has more contrast. */
export type BrandColor = { readonly background: string; readonly text: "#000000" | "#ffffff" };

/** Accepts `#rgb` or `#rrggbb`. Any other text could break out of CSS, so the default replaces it. */
export function brandColor(configured: string | null): BrandColor {
  const background = configured !== null && HEX_COLOR.test(configured) ? configured : DEFAULT_COLOR;
  // WCAG 2.2: contrast with white is 1.05 / (L + 0.05), with black (L + 0.05) / 0.05.
  const lightness = relativeLuminance(background) + 0.05;
  return { background, text: lightness * lightness > 1.05 * 0.05 ? "#000000" : "#ffffff" };
}

/** WCAG 2.2, "relative luminance": 0 for black to 1 for white. */
function relativeLuminance(hex: string): number {
  const digits = hex.length === 4 ? hex.replace(/[0-9a-f]/gi, "$&$&") : hex;
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(digits.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
