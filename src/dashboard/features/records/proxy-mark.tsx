/** Whether Cloudflare stands in front of a record. */
import type { ReactNode } from 'react';
import type { DnsRecord } from '../../../client/index.ts';
import { Icon } from '../../kit/icons.tsx';
import { isProxiable } from './record-types.ts';

export function ProxyMark({ record }: { readonly record: Pick<DnsRecord, 'proxied' | 'type'> }): ReactNode {
  if (!record.proxied) return isProxiable(record.type) ? <span className="soft tiny">DNS only</span> : null;
  return (
    <span className="zw-proxied tiny">
      <Icon name="cloud" size={14} /> proxied
    </span>
  );
}
