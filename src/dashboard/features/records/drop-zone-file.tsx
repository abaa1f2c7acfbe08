/** The page as a place to drop a zone file on: it leads to the plan of what the file wants. */
import { type DragEvent, type ReactNode, useState } from 'react';
import { useLocation } from 'wouter';
import type { ZoneWithAdvice } from '../../../client/index.ts';
import { Icon } from '../../kit/icons.tsx';
import { toast } from '../../kit/toasts.tsx';
import { takeFile } from './import-store.ts';

export function DropZoneFile({
  zone,
  children,
}: {
  readonly zone: ZoneWithAdvice;
  readonly children: ReactNode;
}): ReactNode {
  const [isOver, setOver] = useState(false);
  const [, go] = useLocation();
  const over = (event: DragEvent): void => {
    if (!event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    setOver(true);
  };
  const drop = async (event: DragEvent): Promise<void> => {
    const file = event.dataTransfer.files[0];
    if (file === undefined) return;
    event.preventDefault();
    setOver(false);
    try {
      await takeFile(zone.name, file);
      go(`/zones/${zone.name}/import`);
    } catch (error) {
      toast(error instanceof Error ? error.message : String(error), 'problem');
    }
  };
  return (
    <section
      className="zw-drop"
      aria-label="Records"
      onDragOver={over}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => void drop(event)}
    >
      {children}
      {isOver ? (
        <div className="zw-drop__over">
          <Icon name="upload" size={28} />
          <strong>Drop the zone file to see what it would change</strong>
          <span className="soft">BIND, YAML or octoDNS. Nothing is written before you say so.</span>
        </div>
      ) : null}
    </section>
  );
}
