/** One of the templates that come with Zoneward, with its variables. */
import { NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { Template } from '../../../client/index.ts';
import { TEMPLATES_QUERY } from '../templates/templates-query.ts';
import { EMPTY_FILLING, type Filling, VariableFields } from '../templates/variable-fields.tsx';

export interface ChosenTemplate {
  readonly template: string;
  readonly host?: string;
  readonly variables?: Readonly<Record<string, string>>;
}

export function TemplateFields({
  onChange,
}: {
  /** Null: none. */
  readonly onChange: (chosen: ChosenTemplate | null) => void;
}): ReactNode {
  const { data } = useQuery(TEMPLATES_QUERY);
  const [template, setTemplate] = useState<Template | null>(null);
  const [filling, setFilling] = useState(EMPTY_FILLING);
  const tell = (chosen: Template | null, given: Filling): void => {
    setTemplate(chosen);
    setFilling(given);
    onChange(chosen === null ? null : chosenOf(chosen.key, given));
  };
  if (data === undefined) return null;
  return (
    <div className="stack stack--tight">
      <NativeSelect
        label="Template"
        description="Records of a service, after those above"
        value={template?.key ?? ''}
        onChange={(event) => {
          const key = event.currentTarget.value;
          tell(data.find((one) => one.key === key) ?? null, EMPTY_FILLING);
        }}
        data={[{ value: '', label: 'none' }, ...data.map(({ key, title }) => ({ value: key, label: title }))]}
      />
      {template === null ? null : (
        <VariableFields template={template} filling={filling} onChange={(given) => tell(template, given)} />
      )}
    </div>
  );
}

function chosenOf(template: string, { host, variables }: Filling): ChosenTemplate {
  const name = host.trim();
  return { template, variables, ...(name === '' ? {} : { host: name }) };
}
