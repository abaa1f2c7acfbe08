/** Progress as server-sent events: the state itself in each, so that a client that missed some has missed nothing. */

const LOOK_EVERY_MS = 300;
/** A comment now and then, so that nothing between here and the client takes the silence for the end. */
const BEAT_EVERY_MS = 15_000;
/** The client comes back by itself; so no stream needs to live for ever. */
const LIFE_MAX_MS = 600_000;

interface Watch<State> {
  /** The version that the client has seen already (`Last-Event-ID`); null: none. */
  readonly seen: number | null;
  readonly view: (state: State) => unknown;
  readonly hasEnded: (state: State) => boolean;
  readonly signal: AbortSignal;
}

export function jobEvents<State extends { readonly version: number }>(
  look: () => Promise<State>,
  watch: Watch<State>,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const read = async function* (): AsyncGenerator<Uint8Array> {
    const startedAt = performance.now();
    let seen = watch.seen ?? -1;
    let toldAt = startedAt;
    yield encoder.encode('retry: 1000\n\n');
    while (!watch.signal.aborted && performance.now() - startedAt < LIFE_MAX_MS) {
      const state = await look();
      if (state.version !== seen) {
        seen = state.version;
        toldAt = performance.now();
        yield encoder.encode(
          `id: ${state.version}\nevent: job\ndata: ${JSON.stringify(watch.view(state))}\n\n`,
        );
      } else if (performance.now() - toldAt > BEAT_EVERY_MS) {
        toldAt = performance.now();
        yield encoder.encode(': still here\n\n');
      }
      if (watch.hasEnded(state)) return;
      await pause(LOOK_EVERY_MS, watch.signal);
    }
  };
  return ReadableStream.from(read());
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}

/** `Last-Event-ID` as a version; null for what is none. */
export function versionSeen(lastEventId: string | null): number | null {
  return lastEventId !== null && /^\d{1,12}$/.test(lastEventId) ? Number(lastEventId) : null;
}

/**
 * Work that tells what it does as events, and at last what became of it; what it throws is told as `problem`. The
 * stream ends with the work; who no longer listens does not stop it.
 */
export function toldEvents(
  work: (tell: (event: string, data: unknown) => void) => Promise<void>,
  problemOf: (error: unknown) => unknown,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    start: async (controller) => {
      let isHeard = true;
      const tell = (event: string, data: unknown): void => {
        if (!isHeard) return;
        try {
          controller.enqueue(encoder.encode(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`));
        } catch {
          isHeard = false;
        }
      };
      try {
        await work(tell);
      } catch (error) {
        tell('problem', problemOf(error));
      }
      if (isHeard) controller.close();
    },
  });
}
