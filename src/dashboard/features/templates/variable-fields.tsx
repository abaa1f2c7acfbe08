/** Where a template goes in a zone, and what its variables stand for. */
import { TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Template } from '../../../client/index.ts';

export interface Filling {
  /** Empty: the zone itself. */
  readonly host: string;
  readonly variables: Readonly<Record<string, string>>;
}

export const EMPTY_FILLING: Filling = { host: '', variables: {} };

export function VariableFields({
  template: { variables: names, variableDescription, hostRequired },
  filling: { host, variables },
  onChange,
}: {
  readonly template: Pick<Template, 'variables' | 'variableDescription' | 'hostRequired'>;
  readonly filling: Filling;
  readonly onChange: (filling: Filling) => void;
}): ReactNode {
  return (
    <>
      {variableDescription === null ? null : <p className="small soft">{variableDescription}</p>}
      <div className="zw-twocolumns zw-level">
        <TextInput
          label="Host"
          description={hostRequired ? 'The name below the domain' : 'Empty: the apex'}
          value={host}
          required={hostRequired}
          onChange={(event) => onChange({ host: event.currentTarget.value, variables })}
          spellCheck={false}
        />
        {names.map((name) => (
          <TextInput
            key={name}
            label={name}
            value={variables[name] ?? ''}
            onChange={(event) =>
              onChange({ host, variables: { ...variables, [name]: event.currentTarget.value } })
            }
            spellCheck={false}
            required
          />
        ))}
      </div>
    </>
  );
}
