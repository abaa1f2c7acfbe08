/** Multipart form bodies (RFC 7578), as far as the import of a zone file needs them: whole body in memory. */
import { invalidBody } from '../api-error.ts';

export interface MultipartPart {
  readonly filename: string | undefined;
  readonly content: Buffer;
}

const HEADER_END = Buffer.from('\r\n\r\n');

/** Parts by field name; of several with one name the last counts. An empty form has no parts. */
export function parseMultipart(contentType: string, body: Buffer): ReadonlyMap<string, MultipartPart> {
  const boundary = /boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType);
  if (boundary === null) throw invalidBody('Content-Type must be multipart/form-data with a boundary.');
  const delimiter = Buffer.from(`--${boundary[1] ?? boundary[2] ?? ''}`);
  const parts = new Map<string, MultipartPart>();
  let start = body.indexOf(delimiter);
  while (start !== -1) {
    const next = body.indexOf(delimiter, start + delimiter.length);
    if (next === -1) break;
    readPart(body.subarray(start + delimiter.length, next), parts);
    start = next;
  }
  return parts;
}

function readPart(section: Buffer, parts: Map<string, MultipartPart>): void {
  const headerEnd = section.indexOf(HEADER_END);
  if (headerEnd === -1) return;
  const header = section.toString('utf8', 0, headerEnd);
  const name = /content-disposition:[^\r\n]*[;\s]name="([^"]*)"/i.exec(header)?.[1];
  if (name === undefined) return;
  const filename = /content-disposition:[^\r\n]*filename="([^"]*)"/i.exec(header)?.[1];
  // A part ends with the line break that belongs to the next delimiter.
  const content = section.subarray(
    headerEnd + HEADER_END.length,
    Math.max(headerEnd + 4, section.length - 2),
  );
  parts.set(name, { filename, content });
}
