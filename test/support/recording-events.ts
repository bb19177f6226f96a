import type { EventsBinding } from "../../src/metrics/metrics.ts";

type DataPoint = Parameters<EventsBinding["writeDataPoint"]>[0];

/** An Analytics Engine dataset that records its data points. It rejects those that Analytics Engine rejects. */
export function recordEvents() {
  const points: DataPoint[] = [];
  const EVENTS: EventsBinding = {
    writeDataPoint(point) {
      const { indexes, blobs, doubles } = structuredClone(point);
      if (indexes.length !== 1 || indexes.some((text) => text.length > 96))
        throw new Error("a data point needs exactly one index of at most 96 characters");
      if (blobs.length > 20 || doubles.length > 20)
        throw new Error("a data point has at most 20 blobs and 20 doubles");
      if (!doubles.every(Number.isFinite)) throw new Error("doubles must be finite numbers");
      points.push({ indexes, blobs, doubles });
    },
  };
  return { EVENTS, points };
}
