/**
 * Cloudflare's envelope `{result, success, errors, messages, result_info?}`, read leniently: a few routes answer
 * without it (cloudflare-api §2.1), and a body that is no JSON object is none.
 */
import type { JsonObject, JsonValue } from '../base/json.ts';
import type { CloudflareFault } from '../domains/cloudflare-call.ts';

export interface Envelope {
  readonly success: boolean;
  readonly result: JsonValue;
  readonly errors: readonly CloudflareFault[];
  readonly messages: readonly CloudflareFault[];
  readonly resultInfo: JsonObject | null;
}

/** Null when the text is not JSON, or JSON that is no object (HTML of a proxy, a cut body). */
export function readEnvelope(text: string): Envelope | null {
  const json = parse(text);
  if (!isObject(json)) return null;
  if (!('result' in json) && !('success' in json) && !('errors' in json)) {
    return { success: true, result: json, errors: [], messages: [], resultInfo: null };
  }
  const errors = readFaults(json['errors']);
  const info = json['result_info'];
  return {
    success: typeof json['success'] === 'boolean' ? json['success'] : errors.length === 0,
    result: json['result'] ?? null,
    errors,
    messages: readFaults(json['messages']),
    resultInfo: isObject(info) ? info : null,
  };
}

/** What an answer without a body (204) stands for. */
export const EMPTY_ENVELOPE: Envelope = {
  success: true,
  result: null,
  errors: [],
  messages: [],
  resultInfo: null,
};

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parse(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return null;
  }
}

/** With the older `error_chain`, the root cause is the last link: it is listed too, after its wrapper. */
function readFaults(value: JsonValue | undefined): CloudflareFault[] {
  if (!Array.isArray(value)) return [];
  return (value as readonly JsonValue[]).flatMap((item): CloudflareFault[] => {
    if (!isObject(item)) return typeof item === 'string' ? [{ code: 0, message: item }] : [];
    const { code, message } = item;
    const fault = { code: Number(code ?? 0), message: typeof message === 'string' ? message : '' };
    return [fault, ...readFaults(item['error_chain'])];
  });
}
