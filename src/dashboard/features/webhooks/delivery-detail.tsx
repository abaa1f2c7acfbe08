/** One message: each attempt with its answer, the body as it was signed, and sending it again. */
import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { api } from '../../api/session.ts';
import { formatSpan } from '../../kit/clock.ts';
import { Copy, CopyText } from '../../kit/copy.tsx';
import { Icon } from '../../kit/icons.tsx';
import { Problem } from '../../kit/problem.tsx';
import { Time } from '../../kit/time.tsx';
import { toast } from '../../kit/toasts.tsx';
import type { Delivery } from './webhook-words.ts';

export function DeliveryDetail({
  webhook,
  delivery,
}: {
  readonly webhook: string;
  readonly delivery: Delivery;
}): ReactNode {
  const { id, messageId, attempts, body } = delivery;
  const queries = useQueryClient();
  const again = useMutation({
    mutationFn: () => api.replayWebhookDelivery({ webhook, delivery: id }),
    onSuccess: () => {
      toast('It is sent once more');
      void queries.invalidateQueries({ queryKey: ['deliveries', webhook] });
    },
  });
  return (
    <div className="stack stack--tight">
      <div className="row row--apart">
        <span className="row small">
          <span className="soft">Message</span> <CopyText text={messageId} what="message id" />
        </span>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<Icon name="send" size={14} />}
          loading={again.isPending}
          onClick={() => again.mutate()}
        >
          Send it again
        </Button>
      </div>
      {again.error === null ? null : <Problem error={again.error} />}
      {attempts.length === 0 ? null : (
        <table className="zw-fields small">
          <thead>
            <tr>
              <th scope="col">Attempt</th>
              <th scope="col">Answer</th>
              <th scope="col">Took</th>
            </tr>
          </thead>
          <tbody>
            {attempts.map(({ at, status, durationMs, error }) => (
              <tr key={at}>
                <td>
                  <Time at={at} as="local" />
                </td>
                <td>
                  {status ?? 'none'}
                  {error === null ? null : <span className="soft"> {error}</span>}
                </td>
                <td>{formatSpan(durationMs)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard. */}
      <section className="zw-payload" tabIndex={0} aria-label="The message as it is signed">
        <pre className="mono tiny">{readable(body)}</pre>
      </section>
      <span className="row row--tight tiny soft">
        the bytes that are signed <Copy text={body} what="message" />
      </span>
    </div>
  );
}

/** With lines and indents; what is no JSON stays as it is. */
function readable(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
