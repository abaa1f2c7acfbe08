/** When a connection's token is replaced. */
import type { ReactNode } from 'react';
import type { Connection } from '../../../client/index.ts';
import { Time } from '../../kit/time.tsx';

export function RotationCard({ connection }: { readonly connection: Connection }): ReactNode {
  const { rotation } = connection;
  return (
    <section className="card stack stack--tight" aria-labelledby="rotation">
      <h2 id="rotation">Rotation</h2>
      <dl className="facts small">
        <dt>Every</dt>
        <dd>{rotation.everyDays === 0 ? 'off' : `${rotation.everyDays} days`}</dd>
        <dt>Next</dt>
        <dd>
          <Time at={rotation.dueAt} never="not planned" />
        </dd>
        <dt>Last</dt>
        <dd>
          <Time at={rotation.lastRotatedAt} />
        </dd>
      </dl>
    </section>
  );
}
