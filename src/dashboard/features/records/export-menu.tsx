/** A zone as a file, in the formats that can be planned from again. */
import { Menu } from '@mantine/core';
import type { ReactNode } from 'react';
import { api } from '../../api/session.ts';
import { Icon } from '../../kit/icons.tsx';
import { saveText } from '../../kit/save-text.ts';
import { toast } from '../../kit/toasts.tsx';

const FORMATS = [
  ['bind', 'zone', 'BIND master file'],
  ['yaml', 'yaml', 'Zone document, YAML'],
  ['json', 'json', 'Zone document, JSON'],
  ['octodns', 'octodns.yaml', 'octoDNS YAML'],
] as const;

export function ExportMenuItems({ zone }: { readonly zone: string }): ReactNode {
  const save = async (format: (typeof FORMATS)[number][0], ending: string): Promise<void> => {
    try {
      const text = await api.exportZone({ zone, query: { format } });
      saveText(`${zone}.${ending}`, text);
    } catch (error) {
      toast(error instanceof Error ? error.message : String(error), 'problem');
    }
  };
  return (
    <>
      <Menu.Label>Export</Menu.Label>
      {FORMATS.map(([format, ending, label]) => (
        <Menu.Item
          key={format}
          leftSection={<Icon name="download" />}
          onClick={() => void save(format, ending)}
        >
          {label}
        </Menu.Item>
      ))}
    </>
  );
}
