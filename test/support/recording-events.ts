import type { EventsBinding } from "../../src/metrics/metrics.ts";

type DataPoint = Parameters<EventsBinding["writeDataPoint"]>[0];

/** An Analytics Engine dataset that keeps what is written to it, and takes nothing that the real one would not. */
export function recordEvents() {
  const points: DataPoint[] = [];
  const EVENTS: EventsBinding = {
    writeDataPoint(point) {
      const { indexes, blobs, doubles } = structuredClone(point);
      if (indexes.length !== 1 || indexes.some((text) => text.length > 96))
        throw new Error("one short index");
      if (blobs.length > 20 || doubles.length > 20) throw new Error("too many columns");
      if (!doubles.every(Number.isFinite)) throw new Error("doubles must be numbers");
      points.push({ indexes, blobs, doubles });
    },
  };
  return { EVENTS, points };
}
