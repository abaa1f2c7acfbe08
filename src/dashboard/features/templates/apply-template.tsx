/** A template into a zone: where, with what in its gaps, and which of its groups. Then the plan is looked at. */
import { Button, Checkbox, Select } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useLocation } from 'wouter';
import type { Template, Zone } from '../../../client/index.ts';
import { useZones } from '../../api/queries.ts';
import { Empty, Loading } from '../../kit/empty.tsx';
import { Problem } from '../../kit/problem.tsx';
import { useQueryState } from '../../kit/query-state.ts';
import { readableName } from '../zones/names.ts';
import { applyAddress } from './template-address.ts';
import { neededVariables } from './template-words.ts';
import { EMPTY_FILLING, VariableFields } from './variable-fields.tsx';

/** More are found by typing. */
const CHOICES_MAX = 50;

export function ApplyTemplate({ template }: { readonly template: Template }): ReactNode {
  const zones = useZones();
  if (zones.isPending) return <Loading what="zones" />;
  if (zones.error !== null) return <Problem error={zones.error} onRetry={() => void zones.refetch()} />;
  if (zones.data.length === 0)
    return (
      <Empty icon="zone" title="There is no zone to apply it to">
        Connect a Cloudflare account, and its zones can be chosen here.
      </Empty>
    );
  return <Form template={template} zones={zones.data} />;
}

function Form({
  template,
  zones,
}: {
  readonly template: Template;
  readonly zones: readonly Zone[];
}): ReactNode {
  const [zone, setZone] = useQueryState('zone');
  const [filling, setFilling] = useState(EMPTY_FILLING);
  const [groups, setGroups] = useState<readonly string[]>(template.groups);
  const [, go] = useLocation();
  const isAll = groups.length === template.groups.length;
  const isWhole = zone !== '' && (isAll || groups.length > 0);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const needed = neededVariables(template, groups);
    const variables = Object.fromEntries(
      Object.entries(filling.variables).filter(([name]) => needed.includes(name)),
    );
    if (isWhole)
      go(
        applyAddress(zone, {
          template: template.key,
          host: filling.host,
          variables,
          groups: isAll ? null : groups,
        }),
      );
  };
  return (
    <form className="card stack zw-order" onSubmit={submit} aria-labelledby="apply-template">
      <h2 id="apply-template">Apply it to a zone</h2>
      <Select
        label="Zone"
        placeholder="A part of its name"
        value={zone === '' ? null : zone}
        onChange={(name) => setZone(name ?? '')}
        data={zones.map(({ name }) => ({ value: name, label: readableName(name) }))}
        limit={CHOICES_MAX}
        nothingFoundMessage="No zone is called so"
        searchable
        required
      />
      <VariableFields
        template={{ ...template, variables: neededVariables(template, groups) }}
        filling={filling}
        onChange={setFilling}
      />
      {template.groups.length < 2 ? null : (
        <Groups all={template.groups} chosen={groups} onChange={setGroups} />
      )}
      <div className="row">
        <Button type="submit" disabled={!isWhole}>
          Look at the plan
        </Button>
        <span className="small soft">Nothing is changed before you have seen it.</span>
      </div>
    </form>
  );
}

function Groups({
  all,
  chosen,
  onChange,
}: {
  readonly all: readonly string[];
  readonly chosen: readonly string[];
  readonly onChange: (groups: readonly string[]) => void;
}): ReactNode {
  return (
    <fieldset className="zw-fieldset">
      <legend>Parts of it</legend>
      <div className="row">
        {all.map((group) => (
          <Checkbox
            key={group}
            label={group}
            checked={chosen.includes(group)}
            onChange={(event) =>
              // In the order of the template.
              onChange(
                all.filter((one) => (one === group ? event.currentTarget.checked : chosen.includes(one))),
              )
            }
          />
        ))}
      </div>
    </fieldset>
  );
}
