/** Long answers as JSON lines: read as fast as the client takes them, and no further than it stays. */
export const JSON_LINES = 'application/x-ndjson';

export function jsonLines(
  chunks: AsyncIterable<readonly object[]>,
  signal: AbortSignal,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  async function* read(): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      if (signal.aborted) return;
      yield encoder.encode(chunk.map((one) => `${JSON.stringify(one)}\n`).join(''));
    }
  }
  return ReadableStream.from(read());
}
