import { encode } from "uqr";

/** Light modules around the code (ISO/IEC 18004 §6.3.8). */
const QUIET_ZONE = 4;

/** A QR code as SVG, without styles and scripts. Black on white in the dark mode of a page as well: scanners need it. */
export function qrCodeSvg(text: string): string {
  const { data, size } = encode(text, { border: QUIET_ZONE });
  const path = data.flatMap((row, y) =>
    darkRuns(row).map(([x, width]) => `M${x} ${y}h${width}v1h-${width}z`),
  );
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges">` +
    `<rect width="${size}" height="${size}" fill="#fff"/><path d="${path.join("")}" fill="#000"/></svg>`
  );
}

/** The start and the length of each run of dark modules in a row. */
function darkRuns(row: readonly boolean[]): (readonly [start: number, width: number])[] {
  const runs: (readonly [number, number])[] = [];
  let start: number | null = null;
  for (let x = 0; x <= row.length; x += 1) {
    const isDark = row[x] ?? false;
    if (isDark && start === null) start = x;
    if (!isDark && start !== null) {
      runs.push([start, x - start]);
      start = null;
    }
  }
  return runs;
}
