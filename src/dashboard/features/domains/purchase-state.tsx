/** How a purchase stands, as a word with its colour. */
import type { ReactNode } from 'react';
import type { Purchase } from '../../../client/index.ts';
import { Badge, type Tone } from '../../kit/badge.tsx';

const TONES: Readonly<Record<string, Tone>> = {
  planned: 'plain',
  approved: 'accent',
  sent: 'update',
  running: 'update',
  'action-required': 'risk',
  blocked: 'risk',
  registered: 'create',
  failed: 'delete',
  refused: 'delete',
  'not-bought': 'unknown',
  cancelled: 'plain',
};

export function PurchaseState({ state }: { readonly state: string }): ReactNode {
  return <Badge tone={TONES[state] ?? 'unknown'}>{state.replaceAll('-', ' ')}</Badge>;
}

const ENDED = ['registered', 'failed', 'refused', 'not-bought', 'cancelled'];

export function hasEnded({ state }: Purchase): boolean {
  return ENDED.includes(state);
}

/** Its request has left: what becomes of it is Cloudflare's to say. */
export function isUnderWay({ state }: Purchase): boolean {
  return state === 'sent' || state === 'running';
}
