/** Who did something: oneself by the name of one's key, others by theirs as far as it is told. */
import type { ReactNode } from 'react';
import { useSession } from '../api/session.ts';

export function Who({ principal }: { readonly principal: string }): ReactNode {
  const session = useSession();
  const own = session.kind === 'signed-in' ? session.session.key : null;
  if (own !== null && principal === own.id) return <span title={principal}>{own.label} (you)</span>;
  return <span title={principal}>{principal}</span>;
}
