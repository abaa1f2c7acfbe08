/** Server-sent events (WHATWG HTML, section 9.2) as their names and data. */

export interface ServerEvent {
  readonly event: string;
  readonly data: string;
}

/** Yields the data of each event named `name`. Ends with the stream. */
export async function* parseEvents(stream: ReadableStream<Uint8Array>, name: string): AsyncGenerator<string> {
  for await (const { event, data } of readEvents(stream)) if (event === name) yield data;
}

/** Yields each event that has data. Ends with the stream. */
export async function* readEvents(stream: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  const decoder = new TextDecoder();
  const reader = stream.getReader();
  let text = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      text += decoder.decode(value, { stream: true });
      const blocks = text.split(/\r?\n\r?\n/);
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        const event = eventOf(block);
        if (event !== null) yield event;
      }
    }
  } finally {
    reader.releaseLock();
  }
}

function eventOf(block: string): ServerEvent | null {
  let event = 'message';
  const data: string[] = [];
  for (const line of block.split(/\r?\n/)) {
    const [, field, value = ''] = /^(\w+):? ?(.*)$/.exec(line) ?? [];
    if (field === 'event') event = value;
    if (field === 'data') data.push(value);
  }
  return data.length > 0 ? { event, data: data.join('\n') } : null;
}
