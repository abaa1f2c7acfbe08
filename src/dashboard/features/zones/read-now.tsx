/** Has a zone read at Cloudflare, and says when it was. */
import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { ZoneWithAdvice } from '../../../client/index.ts';
import { useJob } from '../../api/job-events.ts';
import { forgetZones } from '../../api/queries.ts';
import { api } from '../../api/session.ts';
import { Icon } from '../../kit/icons.tsx';
import { toast } from '../../kit/toasts.tsx';

export function ReadNow({
  zone,
  isMain = false,
}: {
  readonly zone: ZoneWithAdvice;
  /** It is what to do on the page. */
  readonly isMain?: boolean;
}): ReactNode {
  const queries = useQueryClient();
  const [jobId, setJobId] = useState<string | null>(null);
  useJob(jobId, (job) => {
    setJobId(null);
    void forgetZones(queries);
    toast(
      job.state === 'done' ? 'The zone is read' : 'The zone could not be read',
      job.state === 'done' ? 'done' : 'problem',
    );
  });
  const start = async (): Promise<void> => {
    try {
      setJobId((await api.syncZone({ zone: zone.id })).id);
    } catch (error) {
      toast(error instanceof Error ? error.message : String(error), 'problem');
    }
  };
  return (
    <Button
      variant={isMain ? 'filled' : 'default'}
      leftSection={<Icon name="refresh" />}
      loading={jobId !== null}
      onClick={() => void start()}
    >
      {isMain ? 'Read it now' : 'Read now'}
    </Button>
  );
}
