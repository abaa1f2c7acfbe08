/** One text for "the same record" (name and data), and one for people. */
import type { DomainName } from './name.ts';
import { rdataKey } from './rdata-key.ts';
import { formatRdata } from './rdata-text.ts';
import { type Rdata, typeOf } from './record.ts';

interface NamedData {
  readonly name: DomainName;
  readonly rdata: Rdata;
}

/** Equal for two records that Cloudflare would call identical (81058). Not for display, not for storage. */
export function recordKey({ name, rdata }: NamedData): string {
  return `${name} ${rdataKey(rdata)}`;
}

/** `www.example.com A 192.0.2.1`, for messages. */
export function describeRecord({ name, rdata }: NamedData): string {
  return `${name} ${typeOf(rdata)} ${formatRdata(rdata)}`;
}
