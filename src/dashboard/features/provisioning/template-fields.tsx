/** One of the templates that come with Zoneward, with its variables. */
import { NativeSelect, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { Template } from '../../../client/index.ts';
import { api } from '../../api/session.ts';

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
  const { data } = useQuery({
    queryKey: ['templates'],
    queryFn: async ({ signal }) => (await api.listTemplates({}, { signal })).items,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const [template, setTemplate] = useState<Template | null>(null);
  const [host, setHost] = useState('');
  const [variables, setVariables] = useState<Readonly<Record<string, string>>>({});
  const tell = (
    chosen: Template | null,
    more: { readonly host?: string; readonly variables?: Readonly<Record<string, string>> } = {},
  ): void => {
    const given = { host, variables, ...more };
    setTemplate(chosen);
    setHost(given.host);
    setVariables(given.variables);
    onChange(
      chosen === null
        ? null
        : {
            template: chosen.key,
            ...(given.host.trim() === '' ? {} : { host: given.host.trim() }),
            variables: given.variables,
          },
    );
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
          tell(data.find((one) => one.key === key) ?? null, { host: '', variables: {} });
        }}
        data={[{ value: '', label: 'none' }, ...data.map(({ key, title }) => ({ value: key, label: title }))]}
      />
      {template === null ? null : (
        <>
          {template.variableDescription === null ? null : (
            <p className="small soft">{template.variableDescription}</p>
          )}
          <div className="zw-twocolumns">
            <TextInput
              label="Host"
              description={template.hostRequired ? 'The name below the domain' : 'Empty: the apex'}
              value={host}
              required={template.hostRequired}
              onChange={(event) => tell(template, { host: event.currentTarget.value })}
            />
            {template.variables.map((name) => (
              <TextInput
                key={name}
                label={name}
                value={variables[name] ?? ''}
                onChange={(event) =>
                  tell(template, { variables: { ...variables, [name]: event.currentTarget.value } })
                }
                required
              />
            ))}
          </div>
        </>
      )}
    </div>
  );
}
