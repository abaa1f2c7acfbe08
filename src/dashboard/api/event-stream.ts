/** Server-sent events (WHATWG HTML, section 9.2) of one name, as their data. */

/** Yields the data of each event named `name`. Ends with the stream. */
export async function* parseEvents(stream: ReadableStream<Uint8Array>, name: string): AsyncGenerator<string> {
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
        const data = dataOf(block, name);
        if (data !== null) yield data;
      }
    }
  } finally {
    reader.releaseLock();
  }
}

function dataOf(block: string, name: string): string | null {
  let event = 'message';
  const data: string[] = [];
  for (const line of block.split(/\r?\n/)) {
    const [, field, value = ''] = /^(\w+):? ?(.*)$/.exec(line) ?? [];
    if (field === 'event') event = value;
    if (field === 'data') data.push(value);
  }
  return event === name && data.length > 0 ? data.join('\n') : null;
}
