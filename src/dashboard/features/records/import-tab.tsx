/** A zone file, and the plan of what it would change. */
import { Button, FileButton } from '@mantine/core';
import { type ReactNode, useMemo } from 'react';
import { useLocation } from 'wouter';
import type { PlanInput, ZoneWithAdvice } from '../../../client/index.ts';
import { Empty } from '../../kit/empty.tsx';
import { Icon } from '../../kit/icons.tsx';
import { toast } from '../../kit/toasts.tsx';
import { Review } from '../review/review.tsx';
import { DropZoneFile } from './drop-zone-file.tsx';
import { takeFile, useDroppedFile } from './import-store.ts';

const FILE_NAME_MAX = 255;

export function ImportTab({ zone }: { readonly zone: ZoneWithAdvice }): ReactNode {
  const file = useDroppedFile(zone.name);
  const [, go] = useLocation();
  const input = useMemo<PlanInput | null>(
    () =>
      file === null
        ? null
        : { kind: 'source', zone: zone.id, text: file.text, file: file.name.slice(-FILE_NAME_MAX) },
    [file, zone.id],
  );
  const choose = async (chosen: File | null): Promise<void> => {
    if (chosen === null) return;
    try {
      await takeFile(zone.name, chosen);
    } catch (error) {
      toast(error instanceof Error ? error.message : String(error), 'problem');
    }
  };
  const picker = (
    <FileButton onChange={(chosen) => void choose(chosen)}>
      {(props) => (
        <Button
          {...props}
          variant={file === null ? 'filled' : 'default'}
          leftSection={<Icon name="upload" />}
        >
          {file === null ? 'Choose a file' : 'Another file'}
        </Button>
      )}
    </FileButton>
  );
  if (file === null || input === null)
    return (
      <DropZoneFile zone={zone}>
        <Empty icon="upload" title="Drop a zone file here" action={picker}>
          A BIND master file, a zone document (YAML or JSON) or octoDNS YAML. The plan makes the zone as the
          file has it: what the file does not hold is planned away. You see all of it before anything is
          written.
        </Empty>
      </DropZoneFile>
    );
  return (
    <>
      <div className="row">
        <span>
          From <span className="mono">{file.name}</span>
        </span>
        {picker}
      </div>
      <Review
        key={`${file.name} ${file.text.length}`}
        input={input}
        onBack={() => go(`/zones/${zone.name}`)}
      />
    </>
  );
}
